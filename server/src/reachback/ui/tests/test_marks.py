from datetime import UTC, datetime, timedelta

import pytest

from reachback.ui import marks

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "just now"),
        (720, "12 min ago"),
        (3 * 3600, "3 h ago"),
        (3 * 3600 + 1200, "3 h 20 min ago"),
        (86400, "1 day ago"),
        (-7200, "in 2 h"),
    ],
)
def test_times_are_said_in_relation_to_now(seconds: int, words: str) -> None:
    assert marks.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_a_due_bar_empties_turns_amber_then_red() -> None:
    start = NOW - timedelta(hours=1)
    assert marks.due(NOW + timedelta(hours=3), start, NOW) == marks.Due("3 h left", 75, "")
    assert marks.due(NOW + timedelta(minutes=20), start, NOW).tone == "amber"
    assert marks.due(NOW - timedelta(minutes=5), start, NOW) == marks.Due("5 min over", 100, "red")


def test_a_due_time_before_its_start_is_no_error() -> None:
    assert marks.due(NOW + timedelta(hours=1), NOW + timedelta(hours=2), NOW).tone == "amber"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Lindqvist", "ML"), ("Aiko", "A"), ("Chen Wei Ming", "CM"), ("", "?"), ("  ", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert marks.initials(name) == letters


def test_an_unknown_badge_is_its_own_word() -> None:
    assert marks.mark("gone fishing").word == "gone fishing"
    assert marks.priority(9) == marks.PRIORITIES[4]
