"""Typed filters of the library: what is written after `/`, read into terms. Pure.

    who:tomas device:frontdesk case:101 since:2026-11-01 until:2026-11-22 systemctl restart

A word without a key is looked for in what was entered; quotation marks keep words together.
Anything else is refused with a sentence that says what may be written instead.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from reachback.access.errors import BadSearch

MAX_TERMS = 20
MAX_LENGTH = 400
KEYS = ("who", "device", "site", "customer", "case", "since", "until")
_TOKEN = re.compile(r'(?:([a-z]+):)?(?:"([^"]*)"|([^\s"]+)|(?=\s|\Z))', re.ASCII)
_PLAIN = re.compile(r"[^\s\":]+\Z")
_KEYED = re.compile(rf"(?:{'|'.join(KEYS)}):")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `key` is one of KEYS, or "" for words that were entered."""

    key: str
    value: str

    def text(self) -> str:
        """What `parse` reads back to this term."""
        value = self.value if _PLAIN.match(self.value) else f'"{self.value}"'
        return f"{self.key}:{value}" if self.key else value


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `text`, in order; raises BadSearch."""
    if len(text) > MAX_LENGTH:
        raise BadSearch(_("A search may be %(most)s characters long.") % {"most": MAX_LENGTH})
    terms: list[Term] = []
    rest = text.strip()
    while rest:
        # Commands are full of colons: only our own keys are keys, `http:` is text.
        match = _TOKEN.match(rest) if _KEYED.match(rest) else _TOKEN.fullmatch(_first(rest))
        if match is None or not match.end():
            raise BadSearch(_("A quotation mark is not closed."))
        key, quoted, bare = match.groups()
        if key and key not in KEYS:
            key, bare = None, match.group()
        terms.append(_term(key or "", quoted if quoted is not None else bare or ""))
        rest = rest[match.end() :].lstrip()
    if len(terms) > MAX_TERMS:
        raise BadSearch(_("A search may have %(most)s parts.") % {"most": MAX_TERMS})
    return tuple(terms)


def _first(rest: str) -> str:
    """The first word, or what stands in quotation marks."""
    if rest.startswith('"'):
        end = rest.find('"', 1)
        return rest[: end + 1] if end > 0 else rest
    return re.split(r"[\s\"]", rest, maxsplit=1)[0]


def without(terms: tuple[Term, ...], place: int) -> str:
    """The search's text without the term at `place`: what a chip's cross links to."""
    return " ".join(term.text() for term in terms[:place] + terms[place + 1 :])


def _term(key: str, value: str) -> Term:
    value = " ".join(value.split())
    if not value:
        raise BadSearch(_("Say what after “%(key)s:”.") % {"key": key})
    if key == "case" and not value.removeprefix("#").isdecimal():
        raise BadSearch(_("A case is a number, as in case:101."))
    if key in ("since", "until"):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BadSearch(_("Write a day as %(key)s:2026-11-22.") % {"key": key}) from None
    return Term(key, value)
