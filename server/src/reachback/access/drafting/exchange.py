"""A draft as TOML and back, and a contract's JSON into a draft. Pure."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from reachback.access.drafting import shapes
from reachback.access.drafting.shapes import Value
from reachback_wire import documents as wire
from reachback_wire.documents import forms
from reachback_wire.documents.members import malformed

_LATER: Final = ("provider", "partners", "devices", "freshness", "clauses")
_INSTANTS: Final = ("effective", "expires")


def to_toml(value: Value, *, organisation: str, keyset: int, serial: int) -> str:
    """Return the draft as the form `reachback sign` reads."""
    lines = [
        "# A contract's form. `reachback contract FILE` shows it in words, `reachback sign FILE`",
        "# signs it.",
        'type = "reachback-contract"',
        f"organisation = {_toml(organisation)}",
        f"keyset = {keyset}",
        f"serial = {serial}",
    ]
    for name, each in value.items():
        if name not in _LATER and not (name in _INSTANTS and not each):
            lines.append(f"{name} = {_instant(each) if name in _INSTANTS else _toml(each)}")
    tables = ("provider", "partners", "devices", "freshness")
    lines += [f"{name} = {_toml(value[name])}" for name in tables if name in value]
    for clause in shapes.clauses(value):
        lines += ["", "[[clauses]]"]
        lines += [f"{name} = {_toml(each)}" for name, each in clause.items() if each is not None]
    return "\n".join(lines) + "\n"


def from_text(text: str, *, issued: int) -> wire.Contract:
    """Read a contract out of TOML, a document or an envelope; raises wire's Refusal."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        document: object = forms.from_toml(_dated(text, issued), issued=issued)
    else:
        document = forms.parse(_body(stripped))
    if not isinstance(document, wire.Contract):
        malformed("This is a document, but not a contract.")
    return document


def _dated(text: str, issued: int) -> str:
    """A form without a beginning applies from when it is signed."""
    lines = text.splitlines()
    if any(line.strip().startswith("effective") for line in lines):
        return text
    return f"effective = {_instant(issued)}\n{text}"


def _body(text: str) -> str:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        malformed("This is neither a form nor a signed document.")
    if isinstance(value, dict) and "body" in value:
        return wire.Envelope.from_json(value).body
    return text


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = (f"{name} = {_toml(each)}" for name, each in value.items() if each is not None)
        return "{ " + ", ".join(inner) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
