"""What a device's reports say, read strictly and limited. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reachback.devices import hostile

REPORT, RESULT, INVENTORY = 33, 40, 41
_MOST_CHECKS = 100
_LONGEST_WAIT = 31 * 86_400
_TIMES = 24


@dataclass(frozen=True, kw_only=True)
class Result:
    """One check's answer. `at` is the device's time, never later than ours."""

    check: str
    failed: bool
    sentence: str
    at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CheckEntry:
    """A check as the inventory lists it; `every` is seconds."""

    name: str
    kind: str
    target: str
    every: int


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What the device says it is."""

    hostname: str
    system: str
    connector: str
    checks: tuple[CheckEntry, ...]
    contact: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something the device did about our documents: what was refused, denied, cut, accepted …"""

    kind: str
    code: str
    sentence: str
    number: int
    head: str
    boot: str
    state: str
    wait: int


def instant(value: object, now: datetime) -> datetime:
    """Return milliseconds since 1970 as an instant, `now` where that makes no sense or is later."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return now
    try:
        return min(datetime.fromtimestamp(value / 1000, tz=UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def _ours(value: object, offset_ms: int) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return value - offset_ms


def result(body: dict[str, Any], now: datetime, offset_ms: int = 0) -> Result | None:
    """Read a RESULT; None if it names no check or no state.

    `offset_ms` is how far the device's clock is ahead of ours (behind: negative).
    """
    check, state = hostile.text(body.get("check"), 80), body.get("state")
    if not check or state not in ("ok", "failed"):
        return None
    return Result(
        check=check,
        failed=state == "failed",
        sentence=hostile.text(body.get("sentence"), 500),
        at=instant(_ours(body.get("at"), offset_ms), now),
        changed=tuple(hostile.texts(body.get("changed"), 300, 20)),
    )


def _entry(value: object) -> CheckEntry | None:
    if not isinstance(value, dict):
        return None
    name = hostile.text(value.get("name"), 80)
    if not name:
        return None
    return CheckEntry(
        name=name,
        kind=hostile.text(value.get("kind"), 40),
        target=hostile.text(value.get("target"), 300),
        every=hostile.whole_number(value.get("every"), 1, 86_400, 60),
    )


def contact(value: object) -> dict[str, Any]:
    """Read the plan of an INVENTORY; empty when the device holds its link all the time."""
    if not isinstance(value, dict):
        return {}
    found: dict[str, Any] = {"for": _seconds(value.get("for"))}
    if times := hostile.texts(value.get("at"), 5, _TIMES):
        return found | {"at": times, "zone": hostile.text(value.get("zone"), 60)}
    every = _seconds(value.get("every"))
    return found | {"every": every} if every else {}


def _seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    longest = _LONGEST_WAIT
    return longest if value >= longest else max(0, round(value))


def inventory(body: dict[str, Any]) -> Inventory:
    """Read an INVENTORY."""
    listed = body.get("checks")
    entries = [_entry(each) for each in listed[:_MOST_CHECKS]] if isinstance(listed, list) else []
    return Inventory(
        hostname=hostile.text(body.get("hostname"), 120),
        system=hostile.text(body.get("system"), 200),
        connector=hostile.text(body.get("connector"), 60),
        contact=contact(body.get("contact")),
        checks=tuple(each for each in entries if each is not None),
    )


def notice(body: dict[str, Any]) -> Notice:
    """Read a REPORT of the control channel."""
    return Notice(
        kind=hostile.text(body.get("kind"), 20),
        code=hostile.text(body.get("code"), 40),
        sentence=hostile.text(body.get("sentence"), 500),
        number=hostile.whole_number(body.get("number"), 0, 2**53 - 1, 0),
        head=hostile.text(body.get("head"), 80),
        boot=hostile.text(body.get("boot"), 80),
        state=hostile.text(body.get("state"), 10),
        wait=hostile.whole_number(body.get("in"), 0, 2**53 - 1, 0),
    )
