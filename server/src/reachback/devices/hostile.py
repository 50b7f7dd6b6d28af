"""Text from a device: shortened, and without anything a terminal or a page could obey."""

import re
from collections.abc import Iterable

# C0, C1, DEL, and the characters that turn the direction of text or hide it.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")


def text(value: object, limit: int) -> str:
    """Return at most `limit` characters of what a device said, on one line; "" if not text."""
    if not isinstance(value, str):
        return ""
    seen = _UNSEEN.sub(" ", value[: limit * 4])
    flat = _SPACES.sub(" ", seen).strip()
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def texts(value: object, limit: int, count: int) -> list[str]:
    """Return at most `count` lines of a list a device sent, each at most `limit` characters."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | dict):
        return []
    found = [text(each, limit) for each in list(value)[:count]]
    return [each for each in found if each]


def whole_number(value: object, least: int, most: int, default: int) -> int:
    """Return a device's integer within bounds, or the default."""
    if isinstance(value, bool) or not isinstance(value, int):
        return default
    return min(max(value, least), most)
