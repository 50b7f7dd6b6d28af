"""How the demo's live processes are doing, for the first page and for `reachback demo`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from reachback.access import queries as access
from reachback.config.demo.places import Places
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor


@dataclass(frozen=True)
class LiveProcess:
    """A process of the demo: what it is called, what it does, whether it runs."""

    name: str
    what: str
    running: bool


@dataclass(frozen=True)
class HotelState:
    """The hotel's device as the provider sees it."""

    device: str  # absent | enrolled | ready
    health: str
    linked: bool
    device_id: str
    sessions: int


PROGRAMS = (
    ("front", "links, recorder, live events, this page's connection"),
    ("web", "cases, contracts, pages, the outbox and timers"),
    ("cable", "the line between the hotel and the provider; it can be cut"),
    ("hotel", "the connector on the hotel's machine"),
)


def places() -> Places:
    """Return the demo's folders."""
    return Places(Path(settings.REACHBACK_DATA).absolute())


def processes() -> tuple[LiveProcess, ...]:
    """Return the supervised processes and the hotel's own service."""
    run = places().data / "run"
    found = [LiveProcess(name, what, _alive(run / f"{name}.pid")) for name, what in PROGRAMS]
    service = places().service / "service.pid"
    found.append(LiveProcess("guest registration", "the hotel's own service", _alive(service)))
    return tuple(found)


def _alive(note: Path) -> bool:
    """Whether the process named in a pid file runs."""
    try:
        os.kill(int(note.read_text("ascii")), 0)
    except (OSError, ValueError):
        return False
    return True


def hotel(actor: Actor, name: str) -> HotelState:
    """Return how the front-desk machine stands."""
    row = devices.devices(actor).filter(name=name, sample=False).first()
    if row is None:
        return HotelState("absent", "unknown", linked=False, device_id="", sessions=0)
    contract = access.running_contract(actor, row.organisation_id)
    ready = row.pinned and contract is not None and row.link_state == "linked"
    ready = ready and row.health != "unknown"
    live = access.live_sessions(actor).filter(device_id=row.id).count()
    word = "ready" if ready else "enrolled"
    linked = row.link_state == "linked"
    return HotelState(word, row.health, linked=linked, device_id=str(row.id), sessions=live)


def ms(instant: datetime) -> int:
    """Milliseconds since 1970, as documents write instants."""
    return int(instant.timestamp() * 1000)
