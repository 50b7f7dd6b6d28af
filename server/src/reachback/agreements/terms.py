"""What was agreed, as one immutable document: a service level's name, hours, targets and choices.

A case keeps the terms it was opened under, so its service-level clock gives the same answer
whenever it is replayed, whatever happens to the service level later. Pure.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.utils.translation import gettext as _

from reachback.calendars import documents
from reachback.calendars.business import BusinessCalendar, always

PRIORITIES = (1, 2, 3, 4)  # 1 is the most urgent
SEVERITIES = {"critical": 1, "warning": 3, "notice": 4}  # when the service level does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Business time allowed for a priority; None promises nothing."""

    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolve: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A service level frozen at an instant. `checks` maps check-name patterns to priorities."""

    name: str
    calendar_name: str
    calendar: BusinessCalendar
    targets: Mapping[int, Targets] = field(default_factory=dict)
    checks: tuple[tuple[str, int], ...] = ()

    def targets_for(self, priority: int) -> Targets:
        """The targets of `priority`, empty when nothing was promised."""
        return self.targets.get(priority, Targets())

    def alert_priority(self, *, check: str, severity: str = "critical") -> int:
        """The priority of an alert: the first pattern that fits the check, else its severity."""
        for pattern, priority in self.checks:
            if fnmatchcase(check.casefold(), pattern.casefold()):
                return priority
        return SEVERITIES.get(severity, 2)

    def why(self, *, subject: str, priority: int) -> str:
        """Why a case has this priority, in a sentence (already translated)."""
        response = self.targets_for(priority).first_response
        if response is None:
            return _("%(level)s, %(hours)s: %(subject)s is priority %(priority)s.") % {
                "level": self.name,
                "hours": self.calendar_name,
                "subject": subject,
                "priority": priority,
            }
        return _(
            "%(level)s, %(hours)s: %(subject)s is priority %(priority)s, "
            "first response %(response)s."
        ) % {
            "level": self.name,
            "hours": self.calendar_name,
            "subject": subject,
            "priority": priority,
            "response": in_words(response),
        }


def best_effort() -> Terms:
    """The terms of an organisation with no entitlement: every hour, nothing promised."""
    return Terms(name=_("No entitlement"), calendar_name=_("best effort"), calendar=always())


def in_words(duration: timedelta) -> str:
    """A duration as people say it: "15 min", "4 h", "1 h 30 min", "2 days"."""
    minutes = int(duration.total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes % 1440 == 0:
        days = minutes // 1440
        return _("1 day") if days == 1 else _("%(days)s days") % {"days": days}
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def write(terms: Terms) -> dict[str, Any]:
    """The JSON document of `terms`; minutes for durations."""
    return {
        "name": terms.name,
        "calendar_name": terms.calendar_name,
        "calendar": documents.write(terms.calendar),
        "targets": {
            str(priority): {
                "first_response": _minutes(each.first_response),
                "next_response": _minutes(each.next_response),
                "resolve": _minutes(each.resolve),
            }
            for priority, each in sorted(terms.targets.items())
        },
        "checks": [[pattern, priority] for pattern, priority in terms.checks],
    }


def read(document: Mapping[str, Any]) -> Terms:
    """The terms written in `document`. Raises BadHours when its calendar cannot be read."""
    return Terms(
        name=document["name"],
        calendar_name=document["calendar_name"],
        calendar=documents.read(document["calendar"]),
        targets={
            int(priority): Targets(
                first_response=_duration(each["first_response"]),
                next_response=_duration(each["next_response"]),
                resolve=_duration(each["resolve"]),
            )
            for priority, each in document["targets"].items()
        },
        checks=tuple((pattern, priority) for pattern, priority in document["checks"]),
    )


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the document, equal for equal terms."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds() // 60)


def _duration(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
