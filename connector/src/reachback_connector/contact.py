"""STATE/contact.json: when this device is in contact, where a line costs by the minute or the byte.

`{"every": 21600, "for": 300}` or `{"at": ["03:10"], "zone": "Asia/Shanghai", "for": 300}`, seconds
and the wall clock of `zone`; no file: always. Written by the device's administrator, by
`reachback-connector contact`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reachback_connector import durable
from reachback_connector.errors import UsageError
from reachback_connector.layout import Layout

USUAL_STAY: Final = 300.0
_LEAST: Final = 1.0
_MOST: Final = 31 * 86_400.0
_TIMES: Final = 24
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LENGTH: Final = re.compile(r"([0-9]{1,7})([smhd]?)")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Plan:
    """Contacts every `every` seconds, or at times `at` (HH:MM) in `zone`, each of `stay` s."""

    every: float = 0.0
    at: tuple[str, ...] = ()
    zone: str = "UTC"
    stay: float = USUAL_STAY

    def wait(self, now: datetime) -> float:
        """Seconds from `now` to the next contact: more than none, an hour that is skipped too."""
        if self.every:
            return self.every
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        moments = (
            datetime.combine(
                today + timedelta(days=ahead),
                datetime.strptime(text, "%H:%M").time(),  # noqa: DTZ007 - the zone is beside it
                zone,
            ).astimezone(UTC)
            for ahead in (0, 1, 2)
            for text in self.at
        )
        return min((each - now).total_seconds() for each in moments if each > now)

    def to_value(self) -> dict[str, Any]:
        """As the file has it, and as the server is told."""
        when = {"every": self.every} if self.every else {"at": list(self.at), "zone": self.zone}
        return {**when, "for": self.stay}

    def in_words(self) -> str:
        """For the person at the device."""
        stay = in_units(self.stay)
        if self.every:
            return f"every {in_units(self.every)} for {stay}, and when a check changes its answer"
        times = ", ".join(self.at)
        return f"daily at {times} ({self.zone}) for {stay}, and when a check changes its answer"


def load(layout: Layout) -> Plan | None:
    """The device's plan; None: always in contact. UsageError names the mistake."""
    value = durable.read_json(layout.contact)
    return None if value is None else read(value)


def store(layout: Layout, plan: Plan | None) -> None:
    """Write the plan, or take it away."""
    if plan is None:
        layout.contact.unlink(missing_ok=True)
        return
    durable.replace_json(layout.contact, plan.to_value(), mode=0o644)


def read(value: Mapping[str, Any]) -> Plan:
    """Read a plan strictly; UsageError names the mistake."""
    if unknown := set(value) - {"every", "at", "zone", "for"}:
        raise UsageError("contact", f"A contact has no {', '.join(sorted(map(str, unknown)))}.")
    if ("every" in value) == ("at" in value):
        raise UsageError("contact", "A contact has either `every` or `at`.")
    stay = _seconds(value.get("for", USUAL_STAY), "for")
    if "every" in value:
        every = _seconds(value["every"], "every")
        if every <= stay:
            raise UsageError("contact", "A contact must be shorter than the time between two.")
        return Plan(every=every, stay=stay)
    return Plan(at=_times(value["at"]), zone=_zone(value.get("zone", "UTC")), stay=stay)


def seconds_in(text: str) -> float:
    """`90s`, `5m`, `6h`, `2d` as seconds. UsageError for anything else."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise UsageError("contact", f"{text[:40]} is no length of time; write 90s, 5m, 6h or 2d.")
    return float(int(found[1]) * _UNITS[found[2]])


def in_units(seconds: float) -> str:
    """`6 h`, `5 min`, `90 s`: the largest unit that fits without a rest."""
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:g} s"


def _seconds(value: object, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not _LEAST <= float(str(value)) <= _MOST:
        raise UsageError("contact", f"`{name}` is a number of seconds from 1 to 31 days.")
    return float(str(value))


def _times(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else []
    if not 0 < len(texts) <= _TIMES or not all(
        isinstance(text, str) and _CLOCK.fullmatch(text) for text in texts
    ):
        raise UsageError("contact", "`at` is a list of times of day, HH:MM.")
    return tuple(sorted(set(texts)))


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError("contact", f"The zone {str(value)[:60]} is unknown here.") from error
