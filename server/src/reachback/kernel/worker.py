"""The worker: threads that deliver facts and fire timers as soon as they are due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection

from reachback.kernel import bells, clock, facts, leases, timers
from reachback.kernel.models import Delivery, Leased, Timer

_log = logging.getLogger(__name__)
_BATCH = 1  # a claim is one row, so that a killed worker strands one row and no more
_LONGEST_SLEEP = 5.0


@dataclass(frozen=True)
class Line:
    """A kind of leased work: its table, the bell that announces it, and how one is done."""

    name: str
    model: type[Leased]
    bell: str
    work: Callable[..., None]


FACTS = Line("facts", Delivery, facts.BELL, facts.deliver)
TIMERS = Line("timers", Timer, timers.BELL, timers.fire)
LINES = (FACTS, TIMERS)


def work_once(line: Line, *, now: datetime, lease: timedelta = leases.LEASE) -> int:
    """Claim what is due on this line and do it; return how many rows were claimed."""
    held = leases.claim(line.model, now=now, limit=_BATCH, lease=lease)
    for each in held:
        _attempt(line, each, now)
    return len(held)


def run_due(*, now: datetime, limit: int = 1_000) -> int:
    """Do everything that is due at `now`, also what that makes due; return how much it was.

    For tests and commands: the same code the threads run, in the caller's thread.
    """
    done = 0
    while done < limit:
        step = sum(work_once(line, now=now) for line in LINES)
        if step == 0:
            break
        done += step
    return done


def release_all() -> int:
    """End the leases a killed predecessor held; only for the exclusive owner, at its start."""
    return leases.release_all(Delivery) + leases.release_all(Timer)


def _attempt(line: Line, held: leases.Claim, now: datetime) -> None:
    try:
        line.work(held, now=now)
    except leases.LeaseLost:
        _log.info("%s %s was finished by another worker", line.name, held.id)
    except Exception as error:  # noqa: BLE001 - a handler's failure is data: recorded, retried
        again = leases.retry_later(line.model, held, error=repr(error), now=now)
        level = logging.WARNING if again else logging.ERROR
        _log.log(
            level, "%s %s failed, attempt %s", line.name, held.id, held.attempts, exc_info=error
        )


class Worker:
    """One thread per line of work; `start` and `stop` bracket the life of the process."""

    def __init__(self, lines: tuple[Line, ...] = LINES, *, lease: timedelta = leases.LEASE) -> None:
        self._lines = lines
        self._lease = lease
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads."""
        for line in self._lines:
            thread = threading.Thread(
                target=self._loop, args=(line,), name=f"worker-{line.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self, *, seconds: float = 5.0) -> None:
        """Ask the threads to finish what they do, and wait for them."""
        self._stopping.set()
        bells.ring_all()
        for thread in self._threads:
            thread.join(timeout=seconds)

    def _loop(self, line: Line) -> None:
        bell = bells.bell(line.bell)
        while not self._stopping.is_set():
            rings = bell.rings
            try:
                close_old_connections()
                busy = work_once(line, now=clock.now(), lease=self._lease) > 0
                pause = 0.0 if busy else _pause(line.model)
            except DatabaseError:
                _log.exception("the %s worker cannot reach the database", line.name)
                busy, pause = False, 1.0
            if not busy and not self._stopping.is_set():
                bell.sleep(since=rings, seconds=pause)
        connection.close()


def _pause(model: type[Any]) -> float:
    now = clock.now()
    due = leases.next_due(model, now=now)
    if due is None:
        return _LONGEST_SLEEP
    return max(0.001, min(_LONGEST_SLEEP, (due - now).total_seconds()))
