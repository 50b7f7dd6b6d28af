"""Health over time: stretches of one state."""

from datetime import UTC, datetime, timedelta

from reachback.devices.history import WIDTH, stretches

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def _drawn(
    changes: list[tuple[str, str, datetime]], present: dict[str, str]
) -> list[tuple[str, int]]:
    found = stretches(changes, present, since=NOW - DAY, until=NOW)
    assert sum(each.width for each in found) == WIDTH
    return [(each.state, each.width) for each in found]


def test_without_changes_the_present_fills_the_time() -> None:
    assert _drawn([], {"a": "ok"}) == [("ok", WIDTH)]


def test_before_its_first_answer_a_check_is_unknown() -> None:
    half = NOW - DAY / 2
    assert _drawn([("a", "ok", half)], {"a": "ok"}) == [("unknown", 240), ("ok", 240)]


def test_a_change_before_the_time_says_how_it_begins() -> None:
    changes = [("a", "failed", NOW - 2 * DAY), ("a", "ok", NOW - DAY / 4)]
    assert _drawn(changes, {"a": "ok"}) == [("failed", 360), ("ok", 120)]


def test_one_failing_check_fails_the_device() -> None:
    changes = [("a", "ok", NOW - 2 * DAY), ("b", "failed", NOW - DAY / 2)]
    assert _drawn(changes, {"a": "ok", "b": "failed"}) == [("ok", 240), ("failed", 240)]
