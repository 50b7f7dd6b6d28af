"""The envelope every signed document travels in, and the sealing of documents."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, Self

from reachback_wire import canonical, signing
from reachback_wire.refusals import Refusal

MAX_SIGNATURES: Final = 16


class Document(Protocol):
    """What every document class offers: its type, reading and writing."""

    TYPE: ClassVar[str]

    @classmethod
    def parse(cls, body: str) -> Self: ...

    def to_body(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """A canonical text and the armoured signatures over it."""

    body: str
    signatures: tuple[str, ...]

    @classmethod
    def from_json(cls, value: object) -> "Envelope":
        """Read `{body, signatures}` (or a HELLO's `{body, signature}`) from a value or JSON text.

        Raises Refusal `malformed` or `unknown-member`.
        """
        members = _json_object(value)
        if set(members) == {"body", "signature"}:
            members = {"body": members["body"], "signatures": [members["signature"]]}
        if set(members) - {"body", "signatures"}:
            raise Refusal("unknown-member", "An envelope holds a body and signatures only.")
        body, signatures = members.get("body"), members.get("signatures")
        if not isinstance(body, str) or not isinstance(signatures, list):
            raise Refusal("malformed", "An envelope holds a body and signatures.")
        if len(signatures) > MAX_SIGNATURES:
            raise Refusal("malformed", f"An envelope has at most {MAX_SIGNATURES} signatures.")
        texts = tuple(item for item in signatures if isinstance(item, str))
        if len(texts) != len(signatures):
            raise Refusal("malformed", "A signature is text.")
        return cls(body, texts)

    def to_json(self) -> dict[str, object]:
        return {"body": self.body, "signatures": list(self.signatures)}

    def to_hello_json(self) -> dict[str, object]:
        """Write the form of a HELLO frame, which has exactly one signature."""
        return {"body": self.body, "signature": self.signatures[0]}

    @property
    def digest(self) -> str:
        return canonical.digest(self.body)

    @property
    def type(self) -> str:
        """The type the body claims, unchecked; `""` when it claims none."""
        found = canonical.loads(self.body).get("type")
        return found if isinstance(found, str) else ""

    def signers(self, namespace: str, allowed: Collection[str], needed: int = 1) -> frozenset[str]:
        """Give the keys out of `allowed` that signed; at least `needed` distinct ones.

        With fewer, raises the refusal of the first signature that did not stand.
        """
        found: set[str] = set()
        first: Refusal | None = None
        for signature in self.signatures:
            try:
                found.add(signing.verify(signature, namespace, self.body.encode(), allowed))
            except Refusal as refusal:
                first = first or refusal
        if len(found) >= needed:
            return frozenset(found)
        raise first or Refusal("bad-signature", _too_few(len(found), needed))


def seal(document: Document, *keys: signing.PrivateKey) -> Envelope:
    """Sign a document with each key, in the namespace of its type."""
    return seal_body(document.to_body(), document.TYPE, *keys)


def seal_body(body: str, namespace: str, *keys: signing.PrivateKey) -> Envelope:
    """Sign an already written canonical text."""
    signatures = tuple(signing.sign(key, namespace, body.encode()) for key in keys)
    return Envelope(body, signatures)


def _too_few(found: int, needed: int) -> str:
    return f"The document has {found} valid signatures of the {needed} it needs."


def _json_object(value: object) -> dict[str, object]:
    if isinstance(value, str):
        if len(value) > 2 * canonical.MAX_BYTES:
            raise Refusal("malformed", "The envelope is too large.")
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Refusal("malformed", "The envelope is not JSON.") from error
    if not isinstance(value, dict):
        raise Refusal("malformed", "An envelope is an object.")
    return value
