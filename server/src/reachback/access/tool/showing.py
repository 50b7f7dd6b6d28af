"""A document in words: what somebody reads before they sign."""

from collections.abc import Iterator

from reachback_wire.documents import Contract, DeviceStatement, Keyset, Narrowing
from reachback_wire.documents.envelope import Document
from reachback_wire.sentences import contract_sentences, listed
from reachback_wire.signing import fingerprint


def _keyset(document: Keyset) -> Iterator[str]:
    yield f"Keyset {document.serial} of {document.name}; {document.threshold} signature(s) needed."
    yield f"Fingerprint: {document.fingerprint}"
    for key in document.keys:
        yield f"  {key.name}: {listed(key.roles)} ({fingerprint(key.key)})"


def _statement(document: DeviceStatement) -> Iterator[str]:
    tags = listed(document.tags) or "nothing"
    yield f"The key {fingerprint(document.key)} is our device {document.name}, tagged {tags}."
    yield f"Site: {document.site}. Serial {document.serial} under keyset {document.keyset}."


def _contract(document: Contract) -> Iterator[str]:
    yield f"{document.title}: contract {document.serial} with {document.provider.name}."
    yield from contract_sentences(document)
    for key in document.provider.grant_keys:
        yield f"Grants are signed by {fingerprint(key)}."
    yield "Everything else is refused."


def _narrowing(document: Narrowing) -> Iterator[str]:
    where = "every device" if "*" in document.devices else f"{len(document.devices)} device(s)"
    what = "everything" if document.effect == "revoke-all" else listed(document.capabilities)
    yield f"Takes away {what} on {where}. Only a new contract gives it back."


def lines(document: Document) -> list[str]:
    """Return the document's sentences."""
    if isinstance(document, Keyset):
        return list(_keyset(document))
    if isinstance(document, DeviceStatement):
        return list(_statement(document))
    if isinstance(document, Contract):
        return list(_contract(document))
    if isinstance(document, Narrowing):
        return list(_narrowing(document))
    return [document.to_body()]
