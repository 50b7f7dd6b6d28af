"""The service-level clock against an independent model that steps through the minutes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reachback.agreements.terms import Targets, Terms
from reachback.calendars.business import BusinessCalendar, always
from reachback.calendars.hours import read_week
from reachback.cases.clock import Happened, Readings, replay

MINUTE = timedelta(minutes=1)
START = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)  # a Monday
OFFICE = BusinessCalendar(
    zone="Europe/Oslo",
    week=read_week(dict.fromkeys(("monday", "tuesday", "friday"), "09:00-11:30, 12:00-16:00")),
)
PROMISES = {
    1: Targets(first_response=15 * MINUTE, next_response=30 * MINUTE, resolve=timedelta(hours=4)),
    2: Targets(first_response=timedelta(hours=2), resolve=timedelta(hours=9)),
    3: Targets(),
}
GOLD = Terms(name="Gold", calendar_name="24x7", calendar=always(), targets=PROMISES)
SILVER = Terms(name="Silver", calendar_name="office", calendar=OFFICE, targets=PROMISES)
DEAD = Terms(
    name="Dead",
    calendar_name="never",
    calendar=BusinessCalendar(zone="UTC", week=((),) * 7),
    targets=PROMISES,
)
MOVES = ("paused", "resumed", "customer", "answered", "resolved", "reopened", "priority", "terms")


def opened(priority: int = 1, terms: Terms = GOLD) -> Happened:
    return Happened(at=START, what="opened", priority=priority, terms=terms)


def at(minutes: int, what: str, **more: object) -> Happened:
    return Happened(at=START + minutes * MINUTE, what=what, **more)  # type: ignore[arg-type]


class SlowModel:
    """Every open minute is given to the clocks that run in it: nothing is computed ahead."""

    def __init__(self) -> None:
        self.terms, self.priority = GOLD, 3
        self.state = dict.fromkeys(("first_response", "next_response", "resolve"), "off")
        self.used = dict.fromkeys(self.state, 0)
        self.paused = self.finished = False

    def happens(self, event: Happened) -> None:
        self.terms = event.terms or self.terms
        self.priority = event.priority or self.priority
        getattr(self, f"on_{event.what}", lambda: None)()

    def minute(self, now: datetime) -> None:
        if self.terms.calendar.is_open(now):
            for name, state in self.state.items():
                self.used[name] += state == "running"

    def on_opened(self) -> None:
        self.state["first_response"] = self.state["resolve"] = "running"

    def on_paused(self) -> None:
        self.paused = True
        for name, state in self.state.items():
            if state == "running":
                self.state[name] = "paused"

    def on_resumed(self) -> None:
        self.paused = False
        for name, state in self.state.items():
            if state == "paused":
                self.state[name] = "running"

    def on_customer(self) -> None:
        if self.state["first_response"] != "done" or self.finished:
            return
        if self.state["next_response"] in ("off", "done"):
            self.state["next_response"] = "paused" if self.paused else "running"
            self.used["next_response"] = 0

    def on_answered(self) -> None:
        for name in ("first_response", "next_response"):
            if self.state[name] != "off":
                self.state[name] = "done"

    def on_resolved(self) -> None:
        self.finished = True
        self.on_answered()
        self.state["resolve"] = "done"

    def on_reopened(self) -> None:
        self.finished = self.paused = False
        if self.state["resolve"] == "done":
            self.state["resolve"] = "running"


@st.composite
def logs(draw: st.DrawFn) -> list[Happened]:
    log = [opened(draw(st.integers(1, 3)), draw(st.sampled_from((GOLD, SILVER))))]
    minute = 0
    for _ in range(draw(st.integers(0, 9))):
        minute += draw(st.integers(0, 400))
        what = draw(st.sampled_from(MOVES))
        log.append(
            at(
                minute,
                what,
                priority=draw(st.integers(1, 3)) if what == "priority" else None,
                terms=draw(st.sampled_from((GOLD, SILVER))) if what == "terms" else None,
            )
        )
    return log


def slowly(log: list[Happened], until: datetime) -> SlowModel:
    model, waiting, now = SlowModel(), list(log), START
    while now <= until:
        while waiting and waiting[0].at <= now:
            model.happens(waiting.pop(0))
        if now < until:
            model.minute(now)
        now += MINUTE
    return model


def shown(readings: Readings) -> dict[str, tuple[str, int]]:
    each = (readings.first_response, readings.next_response, readings.resolve)
    return {r.name: (r.state, int(r.used.total_seconds() // 60)) for r in each}


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(0, 4000))
def test_the_clock_shows_what_the_minutes_add_up_to(log: list[Happened], minutes: int) -> None:
    until = START + minutes * MINUTE
    model = slowly(log, until)
    assert shown(replay(log, until=until)) == {
        name: (model.state[name], model.used[name]) for name in model.state
    }


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(0, 3000), st.integers(0, 3000))
def test_a_due_time_does_not_move_while_nothing_happens(
    log: list[Happened], one: int, other: int
) -> None:
    end = log[-1].at
    first = replay(log, until=end + one * MINUTE)
    second = replay(log, until=end + other * MINUTE)
    for name in ("first_response", "next_response", "resolve"):
        assert getattr(first, name).due == getattr(second, name).due


def test_first_response_is_due_by_the_priority() -> None:
    readings = replay([opened()], until=START)
    soonest = readings.soonest()
    assert soonest is not None
    assert (soonest.name, soonest.due) == ("first_response", START + 15 * MINUTE)


def test_lunch_and_closed_days_do_not_count() -> None:
    due = replay([opened(2, SILVER)], until=START).resolve.due
    # 06:00 UTC is 08:00 in Oslo: 6.5 open hours on Monday, 2.5 more on Tuesday
    assert due == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)


def test_waiting_for_the_customer_gives_the_time_back() -> None:
    log = [opened(), at(5, "paused"), at(65, "resumed")]
    assert replay(log, until=START + 70 * MINUTE).first_response.due == START + 75 * MINUTE
    paused = replay(log[:2], until=START + 30 * MINUTE)
    assert paused.soonest() is None
    assert paused.first_response.state == "paused"


def test_raising_the_priority_late_misses_the_target_at_that_instant() -> None:
    log = [opened(2), at(60, "priority", priority=1)]
    first = replay(log, until=START + 61 * MINUTE).first_response
    assert first.breached_at == START + 60 * MINUTE
    assert first.due == START + 60 * MINUTE
    lowered = [*log, at(62, "priority", priority=2)]
    assert replay(lowered, until=START + 63 * MINUTE).first_response.breached_at is None


def test_a_missed_target_says_when_and_an_answer_does_not_forgive_it() -> None:
    late = replay([opened(), at(40, "answered")], until=START + 50 * MINUTE).first_response
    assert (late.state, late.breached_at) == ("done", START + 15 * MINUTE)
    in_time = replay([opened(), at(15, "answered")], until=START + 50 * MINUTE).first_response
    assert in_time.breached_at is None


def test_a_reopened_case_goes_on_where_it_stopped() -> None:
    log = [opened(), at(60, "resolved"), at(1000, "reopened")]
    assert replay(log, until=START + 1001 * MINUTE).resolve.due == START + 1180 * MINUTE


def test_the_wall_time_the_customer_waited_ends_with_the_resolution() -> None:
    log = [opened(terms=SILVER), at(5, "paused"), at(100, "resolved")]
    assert replay(log, until=START + 900 * MINUTE).waited == 100 * MINUTE


def test_a_calendar_that_never_opens_gives_a_reason_and_no_due_time() -> None:
    reading = replay([opened(terms=DEAD)], until=START + MINUTE).resolve
    assert reading.due is None
    assert "no opening hours" in reading.never_opens


def test_an_empty_log_shows_clocks_that_are_off() -> None:
    readings = replay([], until=START)
    assert shown(readings)["resolve"] == ("off", 0)
    assert readings.soonest() is None


def test_time_used_up_at_closing_time_is_due_then_and_not_later() -> None:
    log = [opened(2, SILVER), at(0, "priority", priority=2)]
    closing = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)  # 6.5 h on Monday, 2.5 h until the lunch
    for later in (0, 1, 29, 31, 600):
        readings = replay(log, until=closing + later * MINUTE)
        assert readings.resolve.due == closing, later
        assert readings.resolve.breached_at == (closing if later > 30 else None)
    noted = [*log, at(int((closing - START) / MINUTE) + 5, "priority", priority=2)]
    assert replay(noted, until=closing + 600 * MINUTE).resolve.breached_at == closing
