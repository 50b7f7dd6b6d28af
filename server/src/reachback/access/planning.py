"""A restart that waits for the contract's window: when it may be, and how long its grant lasts.

The device keeps a planned restart as long as its grant, judges it again at its moment, and calls
it off when its channel is closed or cut (docs/protocols/link.md).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from reachback.access import deciding
from reachback.access.deciding import Matter, Wish
from reachback.access.errors import AccessRefused
from reachback.access.instants import instant, milliseconds
from reachback.kernel.actors import Actor
from reachback_wire import windows
from reachback_wire.documents import When
from reachback_wire.refusals import Refusal

CAPABILITY: Final = "reboot"
#: A grant lasts at most 12 h; what is planned has to be over well before.
LONGEST: Final = timedelta(hours=10)
#: The helper may be busy at the moment itself, and asks again.
_GRACE: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Opening:
    """When the window opens next, in whose zone; `near`: a device can keep a restart until then."""

    at: datetime
    zone: str
    near: bool


def check(at: int, now: datetime) -> None:
    """Refuse a moment that is over, or further away than a grant lasts."""
    if at <= milliseconds(now):
        raise AccessRefused("parameter-refused", _("This moment is over; plan it again."))
    if at > milliseconds(now + LONGEST):
        words = _("A device keeps a planned restart for at most %(hours)s hours.")
        hours = LONGEST // timedelta(hours=1)
        raise AccessRefused("parameter-refused", words % {"hours": hours})


def expires(at: int, allowed: int, usual: int) -> int:
    """Return when the grant ends (ms): a planned restart's outlives its moment."""
    if not at:
        return min(allowed, usual)
    return min(allowed, at + _GRACE // timedelta(milliseconds=1))


def next_opening(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> Opening | None:
    """Return the first moment at which a clause would allow the restart; None without one."""
    found = [opening for clause in _clauses(matter) if (opening := _opens(clause, now))]
    for opening in sorted(found, key=lambda each: each.at):
        if not opening.near:
            return opening
        planned = replace(wish, at=milliseconds(opening.at))
        if deciding.decide(actor, matter, planned, now).allowed:
            return opening
    return None


def _clauses(matter: Matter) -> list[When]:
    """The hours of every clause that names restarts."""
    clauses = matter.contract.clauses if matter.contract else ()
    return [
        clause.when
        for clause in clauses
        if clause.when is not None and any(c.name == CAPABILITY for c in clause.capabilities)
    ]


def _opens(when: When, now: datetime) -> Opening | None:
    try:
        at = windows.opens(when, milliseconds(now))
    except Refusal:
        return None  # a zone this machine does not know
    if at is None or at <= milliseconds(now):
        return None
    return Opening(instant(at), when.zone, instant(at) <= now + LONGEST)
