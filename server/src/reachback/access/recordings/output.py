"""What a script wrote, as text that commands nothing: for a page, from its recording. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reachback.access.recordings.story import Story

LONGEST: Final = 200_000  # characters on a page; the recording has all of it
_PICTURES: Final = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
_HIDDEN: Final = (0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))
_VISIBLE: Final = (
    _PICTURES
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
    | dict.fromkeys((*_HIDDEN, 0xFEFF), 0xFFFD)
)


@dataclass(frozen=True)
class Piece:
    """Consecutive output of one stream; `error` is standard error."""

    error: bool
    text: str


def visible(text: str) -> str:
    """Return the text with control characters drawn as signs, nothing left that moves or hides."""
    return text.replace("\r\n", "\n").translate(_VISIBLE)


def pieces(stories: Iterable[Story]) -> tuple[Sequence[Piece], bool]:
    """Return what was written, in order, and whether the beginning of it was left out."""
    found: list[Piece] = []
    for moment in (each for story in stories for each in story.moments if each.kind == "o"):
        text = visible(str(moment.data))
        if found and found[-1].error == moment.error:
            found[-1] = Piece(moment.error, found[-1].text + text)
        else:
            found.append(Piece(moment.error, text))
    return _ending(found)


def _ending(found: Sequence[Piece]) -> tuple[Sequence[Piece], bool]:
    left, kept = LONGEST, list[Piece]()
    for piece in reversed(found):
        if left <= 0:
            return kept[::-1], True
        kept.append(Piece(piece.error, piece.text[-left:]))
        left -= len(piece.text)
    return kept[::-1], left < 0
