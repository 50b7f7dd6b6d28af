"""A device's health over time, as stretches of one state. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH = 480


@dataclass(frozen=True)
class Stretch:
    """A stretch of one state, in units of the drawing's width."""

    state: str
    x: int
    width: int


def stretches(
    changes: Iterable[tuple[str, str, datetime]],
    present: dict[str, str],
    *,
    since: datetime,
    until: datetime,
) -> tuple[Stretch, ...]:
    """Return the stretches between two instants, oldest first.

    `changes` are (check, state, at), oldest first, also those before `since`; `present` is each
    check's state now. The device is failing while any check fails. What a check was before its
    first change is unknown; one without changes is what it is now.
    """
    known = [each for each in changes if each[2] <= until]
    listed = [each for each in known if since <= each[2]]
    states = present | dict.fromkeys((check for check, _state, _at in known), "unknown")
    states |= {check: state for check, state, at in known if at < since}
    span = max((until - since) / timedelta(milliseconds=1), 1)
    found: list[Stretch] = []
    place, state = 0, overall(states.values())
    for check, new, at in listed:
        states[check] = new
        here = overall(states.values())
        if here == state:
            continue
        x = round((at - since) / timedelta(milliseconds=1) / span * WIDTH)
        found.append(Stretch(state, place, x - place))
        place, state = x, here
    found.append(Stretch(state, place, WIDTH - place))
    return tuple(each for each in found if each.width > 0)


def overall(states: Iterable[str]) -> str:
    """Return `failed` if anything fails, `ok` if anything is well, else `unknown`."""
    known = set(states)
    if "failed" in known:
        return "failed"
    return "ok" if "ok" in known else "unknown"
