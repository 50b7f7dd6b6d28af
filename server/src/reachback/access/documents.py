"""The documents a device is sent, as `{id, kind, body, signatures}` (link.md, DOCUMENT).

`kind` is the document's type; `id` its digest, so that sending one twice changes nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from reachback.access import queries
from reachback.devices import queries as device_queries
from reachback.devices.slots import Held
from reachback.kernel import actors

_SYSTEM = actors.system("access.documents")


def document(row: queries.KeptDocument, kind: str) -> dict[str, Any]:
    """Return one kept document as the link carries it."""
    return {"id": row.digest, "kind": kind, **queries.envelope(row)}


def for_device(device_id: UUID, organisation_id: UUID, held: Held) -> Sequence[dict[str, Any]]:
    """Return what the device lacks, in the order in which it must take it."""
    found: list[dict[str, Any]] = []
    keysets = queries.keysets(_SYSTEM, organisation_id)
    if keysets and keysets[-1].serial != held.keyset:
        found.extend(document(row, "reachback-keyset") for row in keysets)
    statement = device_queries.statement(_SYSTEM, device_id)
    if statement is not None and statement.serial != held.statement:
        found.append(document(statement, "reachback-device"))
    contract = queries.running_contract(_SYSTEM, organisation_id)
    if contract is not None and contract.digest != held.contract:
        found.append(document(contract, "reachback-contract"))
    found.extend(
        document(row, "reachback-narrow") for row in queries.narrowings(_SYSTEM, organisation_id)
    )
    return found


def keysets_for_enrolment(organisation_id: UUID) -> tuple[Sequence[dict[str, Any]], str]:
    """Return the keyset chain's envelopes, and the first one's fingerprint ("" if none)."""
    rows = queries.keysets(_SYSTEM, organisation_id)
    return [queries.envelope(row) for row in rows], rows[0].fingerprint if rows else ""
