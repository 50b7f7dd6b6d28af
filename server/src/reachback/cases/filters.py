"""Typed filters: what a person writes after `/` in the queue, read into terms. Pure.

    is:open site:Lijiang due:<2h priority:1 -assignee:me "guest registration"

A word without a key is looked for in the subject; `#123` and `123` name a case. Values with
spaces are quoted. A leading minus turns a term round. Anything else is refused with a sentence
that says what may be written instead.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from django.utils.translation import gettext as _

from reachback.cases.errors import BadFilter

MAX_TERMS = 20
MAX_LENGTH = 400
IS = (
    "open", "new", "waiting", "resolved", "closed", "unassigned", "urgent", "overdue", "live",
    "mine",
)  # fmt: skip
NAMED = ("site", "customer", "device", "assignee", "team", "category", "channel")
KEYS = ("is", *NAMED, "priority", "due", "updated")
_TOKEN = re.compile(r'(-?)(?:([a-zA-Z]+):)?(?:"([^"]*)"|([^\s"]+)|(?=\s|\Z))', re.ASCII)
_BARE = re.compile(r"[^\s\":-][^\s\":]*\Z")
_AGE = re.compile(r"([<>]?)(\d{1,4})(m|h|d)\Z", re.ASCII)
_PRIORITY = re.compile(r"(<=|>=|<|>|)([1-4])\Z", re.ASCII)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}

Compare = Literal["=", "<", ">", "<=", ">="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition. `key` is a KEY, "text" or "number"; `value` is what was typed after it."""

    key: str
    value: str
    negated: bool = False
    compare: Compare = "="
    span: timedelta | None = None  # for due and updated
    number: int | None = None  # for priority and number

    def text(self) -> str:
        minus = "-" if self.negated else ""
        value = self.value if _BARE.match(self.value) else f'"{self.value}"'
        if self.key in {"text", "number"}:
            return f"{minus}{value}"
        return f"{minus}{self.key}:{value}"


class _Reader(Protocol):
    def __call__(self, key: str, value: str, *, negated: bool) -> Term: ...


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `text`, in order. Raises BadFilter with a sentence naming the part."""
    if len(text) > MAX_LENGTH:
        raise BadFilter(_("A filter may be %(most)s characters long.") % {"most": MAX_LENGTH},
                        token=text[:40])  # fmt: skip
    terms: list[Term] = []
    rest = text.strip()
    while rest:
        match = _TOKEN.match(rest)
        if match is None or not match.end():  # each turn must take something, or it never ends
            raise BadFilter(_("A quotation mark is not closed."), token=rest[:40])
        minus, key, quoted, bare = match.groups()
        terms.append(_term(key, bare or quoted or "", negated=bool(minus)))
        rest = rest[match.end() :].lstrip()
    if len(terms) > MAX_TERMS:
        raise BadFilter(_("A filter may have %(most)s parts.") % {"most": MAX_TERMS}, token="")
    return tuple(terms)


def write(terms: tuple[Term, ...]) -> str:
    """The text `parse` reads back to the same terms."""
    return " ".join(term.text() for term in terms)


def without(terms: tuple[Term, ...], place: int) -> str:
    """The filter's text without the term at `place`: what a chip's cross links to."""
    return write(terms[:place] + terms[place + 1 :])


def _term(key: str | None, value: str, *, negated: bool) -> Term:
    if key is None:
        return _word(value, negated=negated)
    read = _READERS.get(key.lower())
    if read is None:
        raise BadFilter(
            _("Nothing is called “%(key)s”. There are: %(known)s.")
            % {"key": key, "known": ", ".join(KEYS)},
            token=f"{key}:{value}",
        )
    if not value:
        raise BadFilter(_("Say what after “%(key)s:”.") % {"key": key}, token=f"{key}:")
    return read(key.lower(), value, negated=negated)


def _word(value: str, *, negated: bool) -> Term:
    digits = value.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return Term(key="number", value=value, negated=negated, number=int(digits))
    return Term(key="text", value=value, negated=negated)


def _is(key: str, value: str, *, negated: bool) -> Term:
    if value.lower() not in IS:
        raise BadFilter(
            _("A case can be: %(known)s.") % {"known": ", ".join(IS)}, token=f"{key}:{value}"
        )
    return Term(key=key, value=value.lower(), negated=negated)


def _named(key: str, value: str, *, negated: bool) -> Term:
    return Term(key=key, value=value, negated=negated)


def _priority(key: str, value: str, *, negated: bool) -> Term:
    match = _PRIORITY.match(value)
    if match is None:
        raise BadFilter(
            _("A priority is 1 (most urgent) to 4, as in priority:1 or priority:<=2."),
            token=f"{key}:{value}",
        )
    compare: Compare = match[1] or "="  # type: ignore[assignment]
    return Term(key=key, value=value, negated=negated, compare=compare, number=int(match[2]))


def _span(key: str, value: str, *, negated: bool) -> Term:
    match = _AGE.match(value.lower())
    if match is None:
        raise BadFilter(
            _("Write a time as <2h, >30m or <3d, as in %(key)s:<2h.") % {"key": key},
            token=f"{key}:{value}",
        )
    compare: Compare = ">" if match[1] == ">" else "<"
    span = int(match[2]) * _UNITS[match[3]]
    return Term(key=key, value=value.lower(), negated=negated, compare=compare, span=span)


_READERS: dict[str, _Reader] = {
    "is": _is,
    "priority": _priority,
    "due": _span,
    "updated": _span,
    **dict.fromkeys(NAMED, _named),
}
