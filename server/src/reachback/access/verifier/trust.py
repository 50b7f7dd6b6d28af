"""trust.json: the customer's own keysets, from the customer's own tool, never from the export."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from reachback.access.verifier import canonical
from reachback.access.verifier.envelopes import Signed, opened
from reachback.access.verifier.failures import Unreadable, Untrusted


@dataclass(frozen=True)
class Keyset:
    """One trusted keyset: who may sign, and how many must."""

    serial: int
    organisation: str
    threshold: int
    name: str
    tier: str
    signing: frozenset[str]
    digest: str


@dataclass(frozen=True)
class Trust:
    """Every keyset the reader trusts, by serial, and the first one's fingerprint."""

    organisation: str
    fingerprint: str
    keysets: dict[int, Keyset]

    @property
    def name(self) -> str:
        """Return what the newest keyset calls its owner."""
        return self.keysets[max(self.keysets)].name

    def keyset(self, serial: object) -> Keyset:
        found = self.keysets.get(serial) if isinstance(serial, int) else None
        if found is None:
            msg = f"Keyset {serial} is not in your trust file: its keys are not trusted."
            raise Untrusted(msg)
        return found

    def require(self, document: Signed, name: str) -> Keyset:
        """Refuse a document unless enough sign keys of its keyset, and only those, signed it."""
        keyset = self.keyset(document.value.get("keyset"))
        if document.value.get("organisation") != self.organisation:
            msg = f"The {name} belongs to another organisation."
            raise Untrusted(msg)
        needed = keyset.threshold if name == "contract" else 1
        if not document.signers <= keyset.signing or len(document.signers) < needed:
            msg = f"The {name} is not signed by the keys in your trust file."
            raise Untrusted(msg)
        return keyset


def _keyset(document: Signed) -> Keyset:
    value = document.value
    keys = value.get("keys")
    if not isinstance(keys, list):
        msg = "A keyset has no keys."
        raise Unreadable(msg)
    signing = [str(key["key"]) for key in keys if "sign" in key.get("roles", [])]
    threshold = value.get("threshold")
    if not isinstance(threshold, int) or not 1 <= threshold <= len(signing):
        msg = "A keyset's threshold cannot be met by its keys."
        raise Untrusted(msg)
    return Keyset(
        serial=value["serial"],
        organisation=str(value.get("organisation")),
        threshold=threshold,
        name=str(value.get("name")),
        tier=str(value.get("tier")),
        signing=frozenset(signing),
        digest=document.digest,
    )


def _follow(known: Keyset, document: Signed) -> Keyset:
    following = _keyset(document)
    if (
        following.serial <= known.serial
        or document.value.get("previous") != known.digest
        or following.organisation != known.organisation
        or len(document.signers & known.signing) < known.threshold
    ):
        msg = f"Keyset {following.serial} does not follow from keyset {known.serial}."
        raise Untrusted(msg)
    return following


def chain(documents: Iterable[Signed]) -> Trust:
    """Return the trust that follows from a chain of keysets, the first of which is trusted."""
    keysets: dict[int, Keyset] = {}
    known: Keyset | None = None
    mark = ""
    for document in documents:
        if known is None:
            known = _keyset(document)
            raw = sha256(document.body.encode()).digest()
            mark = "SHA256:" + base64.b64encode(raw).decode().rstrip("=")
        else:
            known = _follow(known, document)
        keysets[known.serial] = known
    if known is None:
        msg = "Your trust file names no keyset."
        raise Unreadable(msg)
    return Trust(known.organisation, mark, keysets)


def read(text: str) -> Trust:
    """Read a trust file: `{type, version, organisation, fingerprint, keysets: [envelopes]}`."""
    value = canonical.parse(text)
    if value.get("type") != "reachback-trust" or value.get("version") != 1:
        msg = "This is not a trust file."
        raise Unreadable(msg)
    keysets = value.get("keysets")
    if not isinstance(keysets, list):
        msg = "Your trust file names no keyset."
        raise Unreadable(msg)
    trust = chain(opened(each, "reachback-keyset") for each in keysets)
    if value.get("fingerprint") != trust.fingerprint:
        msg = "Your trust file's fingerprint is not that of its first keyset."
        raise Untrusted(msg)
    if value.get("organisation") != trust.organisation:
        msg = "Your trust file's keyset belongs to another organisation."
        raise Untrusted(msg)
    return trust
