"""The service-level clock: a pure function of what happened on a case.

`replay` reads the case's log from the first line, whenever it is asked, and gives the same answer:
nothing is remembered between calls. Three clocks run on the calendar of the terms in force:

- first response: from opening until the provider first answers
- next response: from the customer's first unanswered word until the provider answers
- resolve: from opening until resolution, going on where it stopped when the case is reopened

Waiting for the customer pauses all three. When the priority or the terms change, the open time
already used stays used and the new target and calendar apply from that instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from reachback.agreements.terms import Targets, Terms, best_effort
from reachback.calendars.errors import NeverOpens

What = Literal[
    "opened", "priority", "terms", "paused", "resumed", "customer", "answered", "resolved",
    "reopened",
]  # fmt: skip
ClockName = Literal["first_response", "next_response", "resolve"]
State = Literal["off", "running", "paused", "done"]
NAMES: tuple[ClockName, ...] = ("first_response", "next_response", "resolve")
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the log that moves a clock; `priority` and `terms` where it sets them."""

    at: datetime
    what: What
    priority: int | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one clock shows. `due` is None unless it runs toward a target; durations are open time.

    `breached_at` is the instant the target was missed, None while it is not.
    """

    name: ClockName
    state: State
    target: timedelta | None
    used: timedelta
    began: datetime | None
    due: datetime | None
    breached_at: datetime | None
    never_opens: str = ""  # why no due time can be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All clocks of a case, and the time on the wall the customer has waited."""

    first_response: Reading
    next_response: Reading
    resolve: Reading
    waited: timedelta

    def soonest(self) -> Reading | None:
        """The running clock that is due first, None when none is."""
        readings = (self.first_response, self.next_response, self.resolve)
        due = [(each.due, order, each) for order, each in enumerate(readings) if each.due]
        return min(due)[2] if due else None


@dataclass(slots=True)
class _Meter:
    """One clock while the log is read; open time is counted when a stretch ends."""

    name: ClockName
    state: State = "off"
    used: timedelta = _NOTHING
    began: datetime | None = None
    since: datetime | None = None  # the start of the stretch that runs now
    breached_at: datetime | None = None
    target: timedelta | None = None
    spent_at: datetime | None = None  # when the target's time was used up; a breach comes after

    def start(self, at: datetime) -> None:
        if self.began is None:
            self.began = at
        self.state, self.since = "running", at

    def settle(self, at: datetime, terms: Terms) -> None:
        """Count the running stretch up to `at`."""
        if self.since is None or at <= self.since:
            return
        stretch = terms.calendar.between(self.since, at)
        if self.breached_at is None and self.target is not None:
            left = self.target - self.used
            if self.spent_at is None and stretch >= left:
                self.spent_at = terms.calendar.add(self.since, left) if left else self.since
            if stretch > left:
                self.breached_at = self.spent_at
        self.used += stretch
        self.since = at

    def stop(self, at: datetime, terms: Terms, state: State) -> None:
        if self.state not in {"running", "paused"}:
            return
        self.settle(at, terms)
        self.state, self.since = state, None

    def aim(self, target: timedelta | None, at: datetime) -> None:
        """Take a new target; a target already passed is missed now, one not yet passed is not."""
        if target == self.target:
            return
        self.target = target
        self.spent_at = at if self.used == target and self.state != "off" else None
        missed = target is not None and self.used > target and self.state != "off"
        self.breached_at = (self.breached_at or at) if missed else None

    def reading(self, terms: Terms) -> Reading:
        due, why = None, ""
        if self.since is not None and self.target is not None:
            try:
                due = self.breached_at or self._due(terms, self.since, self.target)
            except NeverOpens as error:
                why = error.sentence
        return Reading(
            name=self.name,
            state=self.state,
            target=self.target,
            used=self.used,
            began=self.began,
            due=due,
            breached_at=self.breached_at,
            never_opens=why,
        )

    def _due(self, terms: Terms, since: datetime, target: timedelta) -> datetime:
        left = target - self.used
        return terms.calendar.add(since, left) if left > _NOTHING else self.spent_at or since


@dataclass(slots=True)
class _Case:
    terms: Terms = field(default_factory=best_effort)
    priority: int = 3
    paused: bool = False
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    first: _Meter = field(default_factory=lambda: _Meter("first_response"))
    next: _Meter = field(default_factory=lambda: _Meter("next_response"))
    resolve: _Meter = field(default_factory=lambda: _Meter("resolve"))

    @property
    def meters(self) -> tuple[_Meter, _Meter, _Meter]:
        return self.first, self.next, self.resolve

    def read(self, event: Happened) -> None:
        for meter in self.meters:
            meter.settle(event.at, self.terms)
        if event.terms is not None:
            self.terms = event.terms
        if event.priority is not None:
            self.priority = event.priority
        self._aim(event.at)
        _MOVES[event.what](self, event.at)

    def _aim(self, at: datetime) -> None:
        targets: Targets = self.terms.targets_for(self.priority)
        for meter in self.meters:
            if meter.state != "done" or meter is self.resolve:
                meter.aim(getattr(targets, meter.name), at)

    def opened(self, at: datetime) -> None:
        self.opened_at = at
        self.first.start(at)
        self.resolve.start(at)

    def noticed(self, at: datetime) -> None:
        """Priority and terms were taken over before the moves; nothing else moves."""

    def pause(self, at: datetime) -> None:
        self.paused = True
        for meter in self.meters:
            if meter.state == "running":
                meter.stop(at, self.terms, "paused")

    def resume(self, at: datetime) -> None:
        self.paused = False
        for meter in self.meters:
            if meter.state == "paused":
                meter.start(at)

    def customer(self, at: datetime) -> None:
        if self.first.state != "done" or self.next.state in {"running", "paused"}:
            return
        if self.resolved_at is not None:
            return
        self.next = _Meter("next_response")
        self.next.aim(self.terms.targets_for(self.priority).next_response, at)
        self.next.start(at)
        if self.paused:
            self.next.stop(at, self.terms, "paused")

    def answered(self, at: datetime) -> None:
        self.first.stop(at, self.terms, "done")
        self.next.stop(at, self.terms, "done")

    def resolved(self, at: datetime) -> None:
        self.resolved_at = at
        self.answered(at)
        self.resolve.stop(at, self.terms, "done")

    def reopened(self, at: datetime) -> None:
        self.resolved_at, self.paused = None, False
        if self.resolve.state == "done":
            self.resolve.start(at)


_MOVES = {
    "opened": _Case.opened,
    "priority": _Case.noticed,
    "terms": _Case.noticed,
    "paused": _Case.pause,
    "resumed": _Case.resume,
    "customer": _Case.customer,
    "answered": _Case.answered,
    "resolved": _Case.resolved,
    "reopened": _Case.reopened,
}


def replay(log: Iterable[Happened], *, until: datetime) -> Readings:
    """Read the log (oldest first) and say what every clock shows at `until`.

    Lines after `until` are not read. A log that never opened shows clocks that are off.
    """
    case = _Case()
    for event in log:
        if event.at > until:
            break
        case.read(event)
    for meter in case.meters:
        meter.settle(until, case.terms)
    end = case.resolved_at or until
    return Readings(
        first_response=case.first.reading(case.terms),
        next_response=case.next.reading(case.terms),
        resolve=case.resolve.reading(case.terms),
        waited=end - case.opened_at if case.opened_at else _NOTHING,
    )
