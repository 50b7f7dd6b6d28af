"""A row of the queue is drawn once, and tells the time of each page it stands on."""

from datetime import timedelta

from django.template import Context, Template
from django.utils import timezone, translation

from reachback.cases.rows import CaseRow, row
from reachback.cases.templatetags import case_rows
from reachback.cases.tests.factory import NOW, World

PAGE = Template("{% load case_rows %}{% case_row row %}")


def _html(line: CaseRow, minutes: int = 0) -> str:
    return PAGE.render(Context({"row": line, "now": NOW + timedelta(minutes=minutes)}))


def test_a_row_that_was_drawn_before_tells_the_time_of_its_page(world: World) -> None:
    line = row(world.open("Printer is dark"))
    case_rows._drawn.cache_clear()
    assert "just now" in _html(line)
    assert "12 min ago" in _html(line, 12)
    assert case_rows._drawn.cache_info().misses == 1
    with timezone.override("Asia/Shanghai"):
        assert "CST" in _html(line)
    with translation.override("nb"):
        _html(line)
    assert case_rows._drawn.cache_info().misses == 2, "each language has a row of its own"


def test_a_changed_row_is_drawn_anew_and_hostile_words_stay_words(world: World) -> None:
    line = row(world.open("Printer is dark"))
    assert "Printer is dark" in _html(line)
    changed = row(world.open("<img src=x>"))
    assert "<img" not in _html(changed)
    assert "&lt;img src=x&gt;" in _html(changed)
