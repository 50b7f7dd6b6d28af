"""Typed parameters of a script: what is asked before it runs, and what an answer must be. Pure.

A parameter becomes one argument of the OPEN (documents.md): text, a whole number or a boolean. What
is optional and left empty is sent as empty text, so that argv keeps its order.
"""

import posixpath
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from reachback.access.errors import ArgumentsRefused
from reachback_wire.canonical import MAX_INTEGER

KINDS: Final = ("text", "number", "choice", "boolean", "path", "package", "version")
LONGEST: Final = 500  # characters of a text or a path
MOST: Final = 12  # parameters of one script; the OPEN takes 32
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
Argument = str | int | bool
#: What package managers call packages and versions; none begins with the dash of an option.
_SHAPES: Final = {
    "package": re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*", re.ASCII),
    "version": re.compile(r"[A-Za-z0-9][A-Za-z0-9.+:~^!_-]*", re.ASCII),
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One question. `least` and `most` bound a number, `longest` a text; a path is `beneath` one.

    `default` is written as a person would type it; `choices` are what may be chosen.
    """

    name: str
    label: str
    kind: str
    required: bool = False
    default: str = ""
    least: int | None = None
    most: int | None = None
    longest: int = LONGEST
    choices: tuple[str, ...] = ()
    beneath: str = ""

    def to_value(self) -> dict[str, Any]:
        """Return what a version keeps of it."""
        return {**asdict(self), "choices": list(self.choices)}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Parameter":
        """Read what a version keeps; it was checked when it was made."""
        return cls(**{**value, "choices": tuple(value["choices"])})


class _Refused(ValueError):
    """An answer that is none; the sentence says why."""


def arguments(parameters: Sequence[Parameter], given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return `[{name, value}]` in the parameters' order. Raises ArgumentsRefused, naming fields."""
    found: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for parameter in parameters:
        try:
            found.append(
                {"name": parameter.name, "value": answer(parameter, given.get(parameter.name, ""))}
            )
        except _Refused as refused:
            wrong[parameter.name] = str(refused)
    if wrong:
        raise ArgumentsRefused(wrong)
    return found


def problem(parameter: Parameter, given: str) -> str:
    """Say what is wrong with an answer; "" when nothing is."""
    try:
        answer(parameter, given)
    except _Refused as refused:
        return str(refused)
    return ""


def answer(parameter: Parameter, given: str) -> Argument:
    """Return the value that is signed. Raises ValueError with a sentence for the person."""
    if parameter.kind == "boolean":
        return given in ("on", "true", "1")
    text = unicodedata.normalize("NFC", given.strip())
    if not text:
        if parameter.required:
            raise _Refused(_("This is needed."))
        return ""
    _check_text(text, parameter)
    if parameter.kind == "number":
        return _number(text, parameter)
    if parameter.kind == "choice" and text not in parameter.choices:
        raise _Refused(_("Choose one of: %(them)s.") % {"them": ", ".join(parameter.choices)})
    if parameter.kind == "path":
        return _path(text, parameter)
    if parameter.kind in _SHAPES:
        return _shaped(text, parameter.kind)
    return text


def _shaped(text: str, kind: str) -> str:
    if _SHAPES[kind].fullmatch(text):
        return text
    if kind == "package":
        raise _Refused(_("A package's name: letters, digits and . + _ - only, for example nginx."))
    raise _Refused(_("A version as the package manager writes it, for example 1.22.1-9+deb12u1."))


def _check_text(text: str, parameter: Parameter) -> None:
    longest = min(parameter.longest, LONGEST)
    if len(text) > longest:
        words = _("At most %(n)s characters; these are %(found)s.")
        raise _Refused(words % {"n": longest, "found": len(text)})
    if any(unicodedata.category(each) in ("Cc", "Cs", "Cf", "Zl", "Zp") for each in text):
        raise _Refused(_("One line of visible characters only."))


def _number(text: str, parameter: Parameter) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,16}", text, re.ASCII):
        raise _Refused(_("Write a whole number in digits, for example 7."))
    value = int(text)
    least = -MAX_INTEGER if parameter.least is None else parameter.least
    most = MAX_INTEGER if parameter.most is None else parameter.most
    if not least <= value <= most:
        words = _("A whole number from %(least)s to %(most)s.")
        raise _Refused(words % {"least": least, "most": most})
    return value


def _path(text: str, parameter: Parameter) -> str:
    if not text.startswith("/") or text.startswith("//") or posixpath.normpath(text) != text:
        raise _Refused(_("A whole path that begins with / and has no “..” in it."))
    root = parameter.beneath.rstrip("/")
    if root and text != root and not text.startswith(f"{root}/"):
        raise _Refused(_("A path in %(folder)s.") % {"folder": root})
    return text


def said(arguments: Sequence[Mapping[str, Any]]) -> str:
    """Return given arguments on one line: "days=7, service=nginx"."""
    words = [f"{each['name']}={_word(each['value'])}" for each in arguments]
    return ", ".join(words)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
