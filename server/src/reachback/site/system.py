"""How the system is: what waits, what failed, how long writers hold the database, the links."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from reachback import __version__
from reachback.delivery import queries as messages
from reachback.kernel import backlog, front
from reachback.kernel.actors import Actor
from reachback.kernel.backlog import Backlog, Failed
from reachback.kernel.database.fair_lock import lock_for
from reachback.kernel.errors import ReachbackError
from reachback.site.errors import MayNotOperate
from reachback.site.policy import may_operate


@dataclass(frozen=True, kw_only=True)
class FrontState:
    """What the front says of itself; `sentence` instead when it does not answer."""

    version: str = ""
    links: int = 0
    held: int = 0
    sessions: int = 0
    streams: int = 0
    requests_waiting: int = 0
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """How often the writer lock was held for a time of this class; `share` of the most, 0-100."""

    words: str
    count: int
    share: int


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The embedded database's one writer since this process began."""

    holdings: tuple[Holding, ...]
    longest_ms: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class SystemState:
    """Everything an operator asks first."""

    now: datetime
    version: str
    database: str
    backlog: Backlog
    failed: tuple[Failed, ...]
    undelivered: int
    writer: Writer | None
    front: FrontState


def state(actor: Actor, *, now: datetime) -> SystemState:
    """Gather it. Raises MayNotOperate. A front that does not answer is part of the answer."""
    if not may_operate(actor):
        raise MayNotOperate
    return SystemState(
        now=now,
        version=__version__,
        database="SQLite" if connection.vendor == "sqlite" else "PostgreSQL",
        backlog=backlog.backlog(now=now),
        failed=backlog.failed(),
        undelivered=messages.failed(actor),
        writer=_writer(),
        front=_front(),
    )


def lines(found: SystemState) -> tuple[str, ...]:
    """The same for a terminal, a line each."""
    waits, front_ = found.backlog, found.front
    oldest = "-" if waits.oldest is None else f"{(found.now - waits.oldest).total_seconds():.0f} s"
    said = [
        f"web        {found.version} on {found.database}",
        f"front      {front_.version or front_.sentence}",
        f"links      {front_.links} up, {front_.held} held; {front_.sessions} sessions",
        f"pages      {front_.streams} live, {front_.requests_waiting} requests wait",
        f"outbox     {waits.facts} facts wait, the oldest for {oldest}",
        f"timers     {waits.timers} set, {waits.timers_due} due",
        f"failed     {waits.failed} pieces of work, {found.undelivered} messages",
    ]
    if found.writer is not None:
        said.append(f"writer     longest hold {found.writer.longest_ms} ms")
        said += [f"  {each.words:>9}  {each.count}" for each in found.writer.holdings]
    return tuple(said)


def _writer() -> Writer | None:
    if connection.vendor != "sqlite":
        return None
    lock = lock_for(str(settings.DATABASES["default"]["NAME"]))
    classes = lock.classes()
    most = max((count for _words, count in classes), default=0) or 1
    return Writer(
        holdings=tuple(
            Holding(words=words, count=count, share=-(-100 * count // most))
            for words, count in classes
        ),
        longest_ms=round(lock.longest * 1000),
        waiting=lock.waiting,
    )


def _front() -> FrontState:
    try:
        told = front.ask("/state", seconds=2.0)
    except ReachbackError as error:
        return FrontState(sentence=error.sentence)
    links: dict[str, Any] = told.get("links", {})
    return FrontState(
        version=str(told.get("version", ""))[:40],
        links=len(links),
        held=sum(1 for each in links.values() if each.get("hold") != "none"),
        sessions=len(told.get("sessions", {})),
        streams=int(told.get("streams", 0)),
        requests_waiting=int(told.get("proxy", {}).get("waiting", 0)),
    )
