"""A draft's value: the contract's members as JSON, which may still lack things. Pure.

Kept are the members that the customer decides (title, devices, clauses, dates …). Organisation,
keyset, serial and time of writing are added when the bytes are settled (`complete`). Members that
this page has no field for stay as they were imported.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from reachback_wire import canonical
from reachback_wire import documents as wire
from reachback_wire.documents.members import Members
from reachback_wire.refusals import Refusal

Value = dict[str, Any]

#: What the form decides, not the customer's hand.
_FRAME: Final = ("type", "version", "organisation", "keyset", "serial", "issued")
DAY_MS: Final = 86_400_000


def blank_clause(number: int) -> Value:
    """Return a clause that allows nothing yet."""
    return {
        "number": number,
        "effect": "allow",
        "capabilities": [],
        "who": {"teams": [], "technicians": [], "mfa": "any"},
        "when": None,
        "approval": None,
        "consent": "none",
        "case_required": True,
        "on_cut": "freeze",
        "clockless": False,
        "emergency": False,
    }


def blank(provider: Value, *, title: str, now: int, days: int = 365) -> Value:
    """Return a draft without clauses; `now` and the dates are ms since 1970."""
    return {
        "title": title,
        "provider": provider,
        "partners": [],
        "devices": {"keys": [], "tags": []},
        "clauses": [],
        "recording": "required",
        "freshness": {"hours": 0, "source": "none"},
        "notify": ["start", "end"],
        "effective": 0,
        "expires": now + days * DAY_MS,
        "language": "en",
    }


def of_contract(contract: wire.Contract) -> Value:
    """Return the draft that says what this contract says."""
    value: Value = canonical.loads(contract.to_body())
    for name in _FRAME:
        value.pop(name, None)
    return value


def clauses(value: Value) -> list[Value]:
    """Return the draft's clauses, in their order."""
    found = value.get("clauses")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def clause(value: Value, number: int) -> Value | None:
    """Return one clause by its number."""
    return next((each for each in clauses(value) if each.get("number") == number), None)


def next_number(value: Value) -> int:
    """Return the number a new clause gets: numbers are never used twice in one draft."""
    return max((int(each.get("number", 0)) for each in clauses(value)), default=0) + 1


def with_clause(value: Value, given: Value) -> Value:
    """Return the draft with this clause in its place, which its number says."""
    kept = [each for each in clauses(value) if each.get("number") != given["number"]]
    numbered = sorted([*kept, given], key=lambda each: int(each["number"]))
    return {**value, "clauses": numbered}


def without_clause(value: Value, number: int) -> Value:
    """Return the draft without this clause; the others keep their numbers."""
    return {**value, "clauses": [each for each in clauses(value) if each.get("number") != number]}


def capability(given: Value, name: str) -> Value | None:
    """Return a clause's first capability of this name."""
    found = given.get("capabilities") or []
    return next((each for each in found if each.get("name") == name), None)


def further(given: Value, name: str) -> list[Value]:
    """Return what a clause says a second time of this capability: each limit stands by itself."""
    found = given.get("capabilities") or []
    return [each for each in found if each.get("name") == name][1:]


def mark(part: object) -> str:
    """Return a short digest of a part of a draft: has anybody changed it meanwhile?"""
    return canonical.digest(canonical.dumps({"part": part}))[7:23]


def normal(part: Value) -> Value:
    """Return the part with every text in NFC, as documents want it."""
    return {str(name): _normal(each) for name, each in part.items()}


def _normal(part: object) -> object:
    if isinstance(part, str):
        return unicodedata.normalize("NFC", part)
    if isinstance(part, list):
        return [_normal(each) for each in part]
    if isinstance(part, dict):
        return normal(part)
    return part


def complete(
    value: Value, *, organisation: str, keyset: int, serial: int, issued: int
) -> wire.Contract:
    """Return the document this draft is, read as a device reads it; raises wire's Refusal."""
    whole = deepcopy(value) | {
        "type": wire.Contract.TYPE,
        "version": 1,
        "organisation": organisation,
        "keyset": keyset,
        "serial": serial,
        "issued": issued,
    }
    whole["effective"] = max(int(whole.get("effective") or 0), issued)
    return wire.Contract.parse(canonical.dumps(normal(whole)))


def read_clause(given: Value) -> wire.Clause:
    """Return a clause as a device reads it; raises wire's Refusal."""
    canonical.dumps(normal(given))  # text that no document may hold
    return wire.Clause.read(Members(normal(given), "clause"))


def sound_clauses(value: Value) -> Sequence[wire.Clause]:
    """Return the clauses that can be read, for showing what they would allow."""
    found = []
    for each in clauses(value):
        with suppress(Refusal):
            found.append(read_clause(each))
    return found


def sound_contract(value: Value, *, organisation: str, now: int) -> wire.Contract:
    """Return a contract of the clauses that can be read: for showing, never for signing."""
    frame = {**value, "clauses": [], "title": value.get("title") or "…"}
    try:
        found = complete(frame, organisation=organisation, keyset=1, serial=1, issued=now)
    except Refusal:
        found = wire.Contract(
            organisation=organisation,
            keyset=1,
            serial=1,
            title="…",
            provider=wire.Party(_name(value), ()),
            clauses=(),
            effective=now,
            expires=now + DAY_MS,
            issued=now,
        )
    return replace(found, clauses=tuple(sound_clauses(value)))


def _name(value: Value) -> str:
    provider = value.get("provider")
    return str(provider.get("name", "…")) if isinstance(provider, Mapping) else "…"
