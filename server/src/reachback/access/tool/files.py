"""Reading forms and envelopes, writing envelopes; a file is replaced whole or not at all."""

import json
from pathlib import Path

from reachback_wire.documents import Envelope
from reachback_wire.documents.forms import from_toml


def read(path: Path, *, issued: int) -> Envelope:
    """Return the document in a file: a TOML form (not signed yet) or an envelope.

    Raises OSError, UnicodeDecodeError, or reachback_wire's Refusal.
    """
    text = path.read_text("utf-8")
    if path.suffix == ".toml":
        return Envelope(from_toml(text, issued=issued).to_body(), ())
    return Envelope.from_json(text)


def write(path: Path, text: str) -> None:
    """Write a file by way of a draft beside it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def envelope_text(envelope: Envelope) -> str:
    """Return an envelope as it is kept in files."""
    return json.dumps(envelope.to_json(), ensure_ascii=False, indent=1) + "\n"
