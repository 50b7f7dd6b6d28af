"""A script's text for somebody who signs it: nothing in it may hide, move or turn what is read.

Characters that are not seen, or that turn the direction of writing, are shown by their number
(“Trojan source”, CVE-2021-42574). Pure.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN: Final = frozenset("\n\t")


@dataclass(frozen=True)
class Sign:
    """A run of text as it is, or one character that is told instead of shown."""

    text: str
    told: bool


def signs(text: str) -> Sequence[Sign]:
    """Cut a text into what may be shown and what must be told."""
    found: list[Sign] = []
    begin = 0
    for at, character in enumerate(text):
        if character in _PLAIN or unicodedata.category(character) not in _UNSEEN:
            continue
        if at > begin:
            found.append(Sign(text[begin:at], told=False))
        found.append(Sign(f"U+{ord(character):04X}", told=True))
        begin = at + 1
    if begin < len(text):
        found.append(Sign(text[begin:], told=False))
    return found


def told(text: str) -> str:
    """Return the text with such characters written as “[U+202E]”."""
    return "".join(f"[{each.text}]" if each.told else each.text for each in signs(text))


def numbers(text: str) -> str:
    """Return the numbers of the lines, one a line; `\\n` alone ends a line, as for a shell."""
    count = text.count("\n") + (0 if text.endswith("\n") else 1)
    return "\n".join(str(each) for each in range(1, count + 1))
