"""A script's text: its bytes, its digest, and how two versions differ. Pure."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext as _

from reachback.access.errors import ScriptRefused

LARGEST: Final = 64 * 1024
MOST_SECONDS: Final = 86_400
MOST_OUTPUT: Final = 16 * 1_048_576
_AROUND: Final = 3
_MOST_LINES: Final = 2_000


def settled(text: str) -> str:
    """Return the text as it is kept: lines end with a line feed, the last one too.

    A browser sends carriage returns that `sh` would read as part of a word. Raises ScriptRefused.
    """
    found = text.replace("\r\n", "\n").replace("\r", "\n")
    if not found.strip():
        raise ScriptRefused("text", _("A script has at least one line."))
    if not found.endswith("\n"):
        found += "\n"
    if "\0" in found:
        raise ScriptRefused("text", _("A script is text: this has a byte 0 in it."))
    try:
        size = len(found.encode())
    except UnicodeEncodeError as error:
        raise ScriptRefused("text", _("A script is UTF-8 text.")) from error
    if size > LARGEST:
        words = _("At most 64 KiB; this is %(size)s KiB.") % {"size": -(-size // 1024)}
        raise ScriptRefused("text", words)
    return found


def digest(text: str) -> str:
    """Return what a contract names the text by: `sha256:` and hex over its UTF-8 bytes."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True)
class Line:
    """One line of a difference: `sign` is "+", "-", " " or "…" (unchanged lines left out)."""

    sign: str
    text: str

    @property
    def kind(self) -> str:
        """What the sign says, for a page: `added`, `removed`, `skipped`, or ""."""
        return {"+": "added", "-": "removed", "…": "skipped"}.get(self.sign, "")


def difference(before: str, after: str) -> Sequence[Line]:
    """Return the changed lines with three unchanged ones around them; nothing when equal."""
    # only a line feed ends a line: what else Python takes for one would be lost unseen
    old, new = before.removesuffix("\n").split("\n"), after.removesuffix("\n").split("\n")
    found: list[Line] = []
    for line in difflib.unified_diff(old, new, lineterm="", n=_AROUND):
        if line.startswith(("---", "+++")) and not found:
            continue
        if line.startswith("@@"):
            found.append(Line("…", ""))
        else:
            found.append(Line(line[:1], line[1:]))
    return found[:_MOST_LINES]
