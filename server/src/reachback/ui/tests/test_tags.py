import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template

from reachback.ui import marks

STATIC = Path(marks.__file__).parent / "static" / "ui"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context({"now": NOW, **context}))


def test_text_from_outside_is_escaped_in_every_tag() -> None:
    hostile = '"><script>alert(1)</script>'
    for source in (
        "{% badge 'open' x %}",
        "{% badge x %}",
        "{% avatar x %}",
        "{% key x %}",
        "{% icon 'case' label=x %}",
        "{% empty_state 'case' x x x x %}",
    ):
        assert "<script" not in render(source, x=hostile)


def test_a_badge_says_its_tone_and_its_word() -> None:
    html = render("{% badge 'breached' %}")
    assert 'data-tone="red"' in html
    assert "Breached" in html
    assert "#warning" in html


def test_times_without_a_value_are_a_dash() -> None:
    assert "&ndash;" in render("{% when x %}{% due x %}", x=None)


def test_a_time_carries_its_exact_instant_for_machines_and_on_hover() -> None:
    html = render("{% when x %}", x=NOW)
    assert 'datetime="2026-11-22T04:00:00+00:00"' in html
    assert "UTC" in html


def test_every_icon_that_is_named_exists() -> None:
    drawn = set(re.findall(r'symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {m.icon for m in (*marks.MARKS.values(), *marks.PRIORITIES.values()) if m.icon}
    rooms = Path(marks.__file__).parent.parent
    for template in rooms.glob("*/web/templates/**/*.html"):
        text = template.read_text()
        named |= set(re.findall(r"{% (?:icon|empty_state) [\"']([a-z-]+)[\"']", text))
    assert named - drawn == set()


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def tokens() -> dict[str, tuple[str, str]]:
    text = (STATIC / "css" / "tokens.css").read_text()
    found = re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in found}


TONES = ("red", "amber", "green", "blue", "violet")
PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("ground", "surface", "sunken")
    ),
    *((ink, "accent-soft") for ink in ("ink", "ink-2", "ink-3", "accent-strong")),
    ("accent-ink", "accent"),
    ("accent", "surface"),
    ("accent", "ground"),
    *((tone, ground) for tone in TONES for ground in ("ground", "surface", f"{tone}-soft")),
    *(("ink", f"{tone}-soft") for tone in TONES),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_colours_hold_their_contrast(ink: str, ground: str, mode: int) -> None:
    values = tokens()
    pair = sorted((luminance(values[ink][mode]), luminance(values[ground][mode])), reverse=True)
    assert (pair[0] + 0.05) / (pair[1] + 0.05) >= 4.5
