"""What was done to files, from the device's own account of it (link.md, FILE). Pure.

The device may be hostile: every member is checked, shortened and put on one line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from reachback.devices import hostile

if TYPE_CHECKING:
    from reachback.access.recordings.story import Story

_PATH_MOST: Final = 400
_SUM: Final = 64
_MOST: Final = 2**53 - 1
_NAMED: Final = 12
_WORDS: Final[Mapping[str, StrOrPromise]] = {
    "list": gettext_lazy("Looked into"),
    "get": gettext_lazy("Downloaded"),
    "put": gettext_lazy("Uploaded"),
    "rename": gettext_lazy("Renamed"),
    "remove": gettext_lazy("Removed"),
    "mkdir": gettext_lazy("Made the folder"),
}


@dataclass(frozen=True, kw_only=True)
class Touch:
    """One thing done to a file or folder, `at` ms since 1970. `size` in bytes, -1 when not told.

    `scan` says what a scanner had found before the device took it, "" where none was demanded.
    """

    at: int
    operation: str
    path: str
    to: str = ""
    size: int = -1
    sha256: str = ""
    backup: str = ""
    scan: str = ""

    @property
    def words(self) -> str:
        """What was done, in a word or two."""
        return str(_WORDS.get(self.operation, self.operation))

    @property
    def has_content(self) -> bool:
        """Whether a file's content went one way or the other."""
        return self.operation in ("get", "put")


def touch(told: Mapping[str, Any], at: int) -> Touch:
    """Read a FILE testimony."""
    return Touch(
        at=at,
        operation=hostile.text(told.get("operation"), 20),
        path=hostile.text(told.get("path"), _PATH_MOST),
        to=hostile.text(told.get("to"), _PATH_MOST),
        size=hostile.whole_number(told.get("size"), 0, _MOST, -1),
        sha256=hostile.text(told.get("sha256"), _SUM),
        backup=hostile.text(told.get("backup"), 300),
        scan=_scan(told.get("scan")),
    )


def _scan(told: object) -> str:
    """Say what the scan was that the device had checked before it took the file."""
    if not isinstance(told, Mapping):
        return ""
    values = {
        "engine": hostile.text(told.get("engine"), 60) or _("a scanner"),
        "database": hostile.text(told.get("database"), 20),
        "verdict": hostile.text(told.get("verdict"), 20),
    }
    if values["verdict"] != "clean":
        return _("%(engine)s: %(verdict)s") % values
    if values["database"]:
        return _("%(engine)s with signatures %(database)s found nothing") % values
    return _("%(engine)s found nothing") % values


def only(stories: "Sequence[Story]") -> bool:
    """Whether this was a session of files and nothing else."""
    return bool(stories) and all(story.kind == "files" for story in stories)


def touches(stories: "Sequence[Story]") -> list[Touch]:
    """Return what every channel's device told, in order of time."""
    return sorted((each for story in stories for each in story.touches), key=lambda each: each.at)


def opening() -> str:
    """Return the first sentence's form."""
    return _("%(who)s opened files of %(device)s at %(clock)s (%(zone)s), clause %(clause)s.")


def sentences(stories: "Sequence[Story]") -> list[str]:
    """Return what was done, a sentence each, folders that were only looked into counted."""
    found = touches(stories)
    done = [each for each in found if each.operation != "list"]
    looked = len({each.path for each in found if each.operation == "list"})
    told = [_sentence(each) for each in done[:_NAMED]]
    more = len(done) - _NAMED
    if more > 0:
        text = ngettext("And %(n)s more thing was done.", "And %(n)s more things were done.", more)
        told.append(text % {"n": more})
    if looked:
        text = ngettext("One folder was looked into.", "%(n)s folders were looked into.", looked)
        told.append(text % {"n": looked})
    return told or [_("No file was touched.")]


def _sentence(each: Touch) -> str:
    values = {"what": each.words, "path": each.path, "to": each.to, "size": each.size}
    if each.operation == "rename":
        return _("%(what)s %(path)s to %(to)s.") % values
    if not each.has_content:
        return _("%(what)s %(path)s.") % values
    text = _("%(what)s %(path)s (%(size)s bytes, SHA-256 %(sum)s).") % {
        **values,
        "sum": each.sha256 or _("unknown"),
    }
    if each.scan:
        text += " " + _("%(scan)s before it was sent.") % {"scan": each.scan}
    if each.backup:
        text += " " + _("What was there before is kept as %(name)s.") % {"name": each.backup}
    return text
