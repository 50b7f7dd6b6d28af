"""The editing form: TOML that a person writes, turned into the documents that are signed.

TOML never travels and is never signed; what is signed is the canonical text, which the tool shows
in sentences before it signs. Times are RFC 3339 in the form, ms since 1970 in the document.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from reachback_wire import canonical
from reachback_wire.documents.approval import Narrowing
from reachback_wire.documents.contract import Contract
from reachback_wire.documents.envelope import Document, Envelope
from reachback_wire.documents.grant import Grant
from reachback_wire.documents.keyset import DeviceStatement, Keyset, keyset_fingerprint
from reachback_wire.documents.members import Members, malformed

_TYPES: Final[dict[str, type[Document]]] = {
    item.TYPE: item for item in (Keyset, DeviceStatement, Contract, Narrowing, Grant)
}
_TRUST: Final = "reachback-trust"
_KEYSET: Final[dict[str, object]] = {
    "serial": 1,
    "threshold": 1,
    "tier": "independent",
    "independent_only": False,
    "previous": "",
}
_STATEMENT: Final[dict[str, object]] = {"keyset": 1, "serial": 1, "site": "", "tags": []}
_NARROWING: Final[dict[str, object]] = {
    "author": "customer",
    "serial": 1,
    "contract": "",
    "devices": ["*"],
    "effect": "revoke-all",
    "capabilities": [],
    "reason": "",
    "lifted": False,
}
_CONTRACT: Final[dict[str, object]] = {
    "keyset": 1,
    "serial": 1,
    "partners": [],
    "devices": {},
    "clauses": [],
    "recording": "required",
    "freshness": {"hours": 0, "source": "none"},
    "notify": [],
    "language": "en",
}
_CLAUSE: Final[dict[str, object]] = {
    "effect": "allow",
    "who": {},
    "when": None,
    "approval": None,
    "consent": "none",
    "case_required": False,
    "on_cut": "freeze",
    "clockless": False,
    "emergency": False,
}
_WHO: Final[dict[str, object]] = {"teams": [], "technicians": [], "mfa": "any"}
_DEFAULTS: Final = {
    Keyset.TYPE: _KEYSET,
    DeviceStatement.TYPE: _STATEMENT,
    Narrowing.TYPE: _NARROWING,
    Contract.TYPE: _CONTRACT,
}


def from_toml(text: str, *, issued: int) -> Document:
    """Build the document a TOML form describes; its `type` says which.

    `issued` (ms) is used where the form gives none. What the form leaves out takes the most careful
    value. Raises Refusal `malformed` or `unknown-member`.
    """
    try:
        form = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        malformed(f"The form is not TOML: {error}.")
    return from_form(form, issued=issued)


def from_form(form: Mapping[str, object], *, issued: int) -> Document:
    """Build a document from a form's members (also what a web page's editor fills in)."""
    kind = form.get("type")
    if not isinstance(kind, str) or kind not in _DEFAULTS:
        malformed(f"A form's type is one of {', '.join(sorted(_DEFAULTS))}.")
    value: dict[str, object] = {"version": 1, "issued": issued, **_DEFAULTS[kind], **form}
    if kind == Contract.TYPE:
        _complete_contract(value)
    return _TYPES[kind].parse(canonical.dumps(_plain(value)))


def parse(body: str) -> Document:
    """Read any document that a customer's tool shows, signs or installs, by its own type."""
    kind = canonical.loads(body).get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        malformed("This is not a document that is signed by hand.")
    return _TYPES[kind].parse(body)


@dataclass(frozen=True, slots=True)
class Trust:
    """`trust.json`: the keysets a customer trusts, exported by the customer's own tool."""

    organisation: str
    fingerprint: str
    keysets: tuple[Envelope, ...]

    @classmethod
    def of(cls, keysets: Sequence[Envelope]) -> "Trust":
        """Make it from the chain, oldest first; raises Refusal for an empty one."""
        if not keysets:
            malformed("There is no keyset to trust.")
        first = Keyset.parse(keysets[0].body)
        return cls(first.organisation, keyset_fingerprint(keysets[0].body), tuple(keysets))

    @classmethod
    def parse(cls, text: str) -> "Trust":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            malformed("The trust file is not JSON.")
        members = Members(value, "trust")
        members.choice("type", (_TRUST,))
        members.integer("version", least=1, most=1)
        found = cls(
            organisation=members.filled("organisation"),
            fingerprint=members.filled("fingerprint"),
            keysets=tuple(map(Envelope.from_json, members.array("keysets"))),
        )
        members.finish()
        return found

    def to_text(self) -> str:
        value: dict[str, object] = {
            "type": _TRUST,
            "version": 1,
            "organisation": self.organisation,
            "fingerprint": self.fingerprint,
            "keysets": [item.to_json() for item in self.keysets],
        }
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _complete_contract(value: dict[str, object]) -> None:
    value["provider"] = {"log_keys": [], **_table(value.get("provider"), "provider")}
    value["devices"] = {"keys": [], "tags": [], **_table(value["devices"], "devices")}
    clauses = value["clauses"]
    if not isinstance(clauses, list):
        malformed("“clauses” is not a list.")
    value["clauses"] = [_clause(index, item) for index, item in enumerate(clauses, 1)]


def _clause(number: int, form: object) -> dict[str, object]:
    clause: dict[str, object] = {"number": number, **_CLAUSE, **_table(form, "clause")}
    clause["who"] = {**_WHO, **_table(clause["who"], "who")}
    if clause["when"] is not None:
        clause["when"] = _when(_table(clause["when"], "when"))
    capabilities = clause.get("capabilities")
    if isinstance(capabilities, list):
        clause["capabilities"] = [_capability(item) for item in capabilities]
    return clause


def _when(form: dict[str, object]) -> dict[str, object]:
    dates = form.get("dates")
    if not isinstance(dates, list):
        return {"holidays": "allowed", **form}
    days = [item.isoformat() if isinstance(item, date) else item for item in dates]
    return {"holidays": "refused", **form, "dates": days}


def _capability(form: object) -> object:
    if isinstance(form, str):
        return {"name": form}
    if isinstance(form, dict) and form.get("name") == "exec":
        return {"scripts": [], "any": False, **form}
    return form


def _table(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        malformed(f"“{name}” is not a table.")
    return value


def _plain(value: object) -> object:
    """Turn TOML's dates into ms; a date without time is its first moment in UTC."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        if value.tzinfo is None:
            malformed("A time in a form names its zone, like 2026-11-22T08:00:00Z.")
        return int(value.timestamp()) * 1000
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return int(datetime.combine(value, time(), UTC).timestamp()) * 1000
    return value
