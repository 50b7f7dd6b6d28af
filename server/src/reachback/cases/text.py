"""Text that people, devices and mail hand us, made safe to keep and to show. Pure."""

import re
import unicodedata

MAX_SUBJECT = 200
MAX_BODY = 100_000
MAX_LINE = 500
# C0 and C1 controls but tab and newline, and the marks that turn the direction of text round
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """`text` with control characters shown as pictures (␛) and direction marks as ⟦U+202E⟧."""
    return _CONTROLS.sub(_picture, text.replace("\r\n", "\n"))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\u27e6U+{code:04X}\u27e7"


def one_line(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters, an ellipsis where it was cut."""
    line = " ".join(visible(unicodedata.normalize("NFC", text)).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "\u2026"


def body(text: str) -> str:
    """A body as kept: newlines unified, NUL made visible (databases refuse it), length bounded."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\u2400").strip("\n")
    return kept if len(kept) <= MAX_BODY else kept[: MAX_BODY - 1] + "\u2026"
