"""Signed envelopes: a body, and signatures that must every one hold."""

import json
from dataclasses import dataclass
from typing import Any

from reachback.access.verifier import canonical, sshsig
from reachback.access.verifier.failures import Unreadable, Untrusted


@dataclass(frozen=True)
class Signed:
    """A read document: its members, its digest, and the distinct keys that signed it."""

    body: str
    value: dict[str, Any]
    digest: str
    signers: frozenset[str]


def opened(envelope: object, kind: str) -> Signed:
    """Return the document of an envelope whose every signature holds for `kind`'s namespace."""
    if not isinstance(envelope, dict) or set(envelope) != {"body", "signatures"}:
        msg = f"The {kind} document is not an envelope."
        raise Unreadable(msg)
    body, signatures = envelope["body"], envelope["signatures"]
    if not isinstance(body, str) or not isinstance(signatures, list) or not signatures:
        msg = f"The {kind} document is not signed."
        raise Untrusted(msg)
    value = canonical.read(body)
    if value.get("type") != kind or value.get("version") != 1:
        msg = f"A document that should be a {kind}, version 1, is something else."
        raise Untrusted(msg)
    found = [sshsig.signer(str(each), kind, body.encode()) for each in signatures]
    if len(set(found)) != len(found):
        msg = f"The {kind} document carries the same key's signature twice."
        raise Untrusted(msg)
    return Signed(body, value, canonical.digest(body), frozenset(found))


def from_file(content: bytes, kind: str) -> Signed:
    """Return the document of an envelope kept as a file, spelled exactly as exports spell it."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        msg = f"The {kind} document is not text."
        raise Unreadable(msg) from error
    value = canonical.parse(text)
    if json.dumps(value, ensure_ascii=False) != text:
        msg = f"The {kind} document was altered: it is not spelled as exports spell it."
        raise Unreadable(msg)
    return opened(value, kind)
