"""Bars as numbers for an SVG: two series stacked per bucket, on a whole-number scale. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

TOP, FLOOR, LEFT = 18.0, 26.0, 30.0  # room for values, for words below, for the scale
_GAP = 0.28
_WORD = 54.0  # the width of a label
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """A rectangle; `series` is 1 (what counts) or 2 (what is set apart above it)."""

    x: str
    y: str
    width: str
    height: str
    series: int


@dataclass(frozen=True)
class Mark:
    """Words at a point."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Chart:
    """One drawing; coordinates are of its own view box, written with a point in every language."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    values: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    scale: tuple[Mark, ...]

    @property
    def left(self) -> str:
        """Where the lines of the scale begin."""
        return _r(LEFT)


def bars(
    labels: Sequence[str],
    first: Sequence[int],
    second: Sequence[int],
    *,
    width: int,
    height: int = 190,
) -> Chart:
    """Stack `second` on `first` over each label. Labels that would touch are left out."""
    most = max((a + b for a, b in zip(first, second, strict=True)), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    tall = height - TOP - FLOOR
    room = (width - LEFT) / max(1, len(labels))
    every = max(1, ceil(_WORD / room))
    drawn: list[Bar] = []
    values: list[Mark] = []
    words: list[Mark] = []
    for place, (label, one, two) in enumerate(zip(labels, first, second, strict=True)):
        x, wide = LEFT + place * room + room * _GAP / 2, room * (1 - _GAP)
        y = height - FLOOR
        for series, count in ((1, one), (2, two)):
            if count:
                y -= tall * count / top
                drawn.append(Bar(_r(x), _r(y), _r(wide), _r(tall * count / top), series))
        if one + two and room >= 14:
            values.append(Mark(_r(x + wide / 2), _r(y - 5), str(one + two)))
        if (len(labels) - 1 - place) % every == 0:
            words.append(Mark(_r(x + wide / 2), _r(height - 8), label))
    scale = [
        Mark(_r(LEFT - 6), _r(height - FLOOR - tall * value / top), str(value))
        for value in range(0, top + 1, step)
    ]
    return Chart(width, height, tuple(drawn), tuple(values), tuple(words), tuple(scale))


def _step(most: int) -> int:
    """The distance of the scale's lines: 1, 2 or 5 times a power of ten, at most five of them."""
    size = 1
    while True:
        for step in _STEPS:
            if most <= step * size * 4:
                return step * size
        size *= 10


def _r(number: float) -> str:
    return f"{number:.1f}"
