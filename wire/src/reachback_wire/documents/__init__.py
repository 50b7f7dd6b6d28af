"""The signed documents of docs/protocols/documents.md, one frozen class each.

Every class reads its canonical text with `parse(body)`, which refuses anything unknown, and writes
it with `to_body()`. `seal` signs, `Envelope` carries.
"""

from reachback_wire.documents.approval import Approval, Narrowing
from reachback_wire.documents.capability import Capability
from reachback_wire.documents.contract import (
    ApprovalRule,
    Clause,
    Contract,
    Freshness,
    Party,
    When,
    Who,
    Window,
)
from reachback_wire.documents.envelope import Document, Envelope, seal, seal_body
from reachback_wire.documents.grant import (
    ApprovalRequest,
    CarriedApproval,
    CaseReference,
    Grant,
    Open,
    Technician,
)
from reachback_wire.documents.keyset import (
    DeviceStatement,
    Keyset,
    KeysetKey,
    keyset_fingerprint,
)
from reachback_wire.documents.offer import Offer
from reachback_wire.documents.scan import Scan
from reachback_wire.documents.testimony import Head, Hello, Receipt

__all__ = [
    "Approval",
    "ApprovalRequest",
    "ApprovalRule",
    "Capability",
    "CarriedApproval",
    "CaseReference",
    "Clause",
    "Contract",
    "DeviceStatement",
    "Document",
    "Envelope",
    "Freshness",
    "Grant",
    "Head",
    "Hello",
    "Keyset",
    "KeysetKey",
    "Narrowing",
    "Offer",
    "Open",
    "Party",
    "Receipt",
    "Scan",
    "Technician",
    "When",
    "Who",
    "Window",
    "keyset_fingerprint",
    "seal",
    "seal_body",
]
