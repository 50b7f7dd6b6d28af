"""Checking documents before they are published, with the rules every device checks by. Pure.

`reachback_wire.trust` decides. The device decides again, so a mistake here widens nothing; what is
guarded here is what people are shown as being in force.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from django.utils.translation import gettext as _

from reachback.access.errors import DocumentRefused
from reachback.access.queries import KeptDocument
from reachback_wire.documents import (
    Contract,
    DeviceStatement,
    Envelope,
    Keyset,
    Narrowing,
    keyset_fingerprint,
)
from reachback_wire.refusals import Refusal
from reachback_wire.trust import CustomerTrust

D = TypeVar("D", Keyset, DeviceStatement, Contract, Narrowing)


def envelope(value: object) -> Envelope:
    """Read an envelope from JSON text or value; raise DocumentRefused."""
    try:
        return Envelope.from_json(value)
    except Refusal as refusal:
        raise refused(refusal) from refusal


def refused(refusal: Refusal) -> DocumentRefused:
    """Return our error for the wire's refusal."""
    return DocumentRefused(refusal.code, refusal.sentence)


def read(given: Envelope, kind: type[D]) -> D:
    """Read a document without judging who signed it."""
    try:
        return kind.parse(given.body)
    except Refusal as refusal:
        raise refused(refusal) from refusal


def kept(row: KeptDocument) -> Envelope:
    """Return the envelope of a kept document."""
    return Envelope(row.body, tuple(row.signatures))


def trust_of(
    keysets: Sequence[KeptDocument], earlier: Sequence[KeptDocument] = (), device: str = ""
) -> CustomerTrust:
    """Return what is trusted after the kept keysets and the `earlier` documents, in their order.

    An earlier document signed under a keyset that was replaced since no longer counts.
    """
    fingerprint = keyset_fingerprint(keysets[0].body) if keysets else ""
    trust = CustomerTrust(fingerprint, device)
    for row in keysets:
        trust.accept(kept(row))
    for row in earlier:
        with suppress(Refusal):
            trust.accept(kept(row))
    return trust


def check(trust: CustomerTrust, given: Envelope) -> None:
    """Raise DocumentRefused unless the document holds and is newer than what is trusted."""
    if trust.keyset is None:
        sentence = _("Publish a keyset first: there are no keys to check by.")
        raise DocumentRefused("unknown-key", sentence)
    try:
        accepted = trust.accept(given)
    except Refusal as refusal:
        raise refused(refusal) from refusal
    if not accepted.new:
        raise DocumentRefused("contract-rollback", _("This document is published already."))


def check_first_keyset(given: Envelope) -> None:
    """Raise DocumentRefused unless the first keyset is serial 1 and signed by its own keys.

    Devices trust it by its fingerprint, which the customer gives them at enrolment.
    """
    keyset = read(given, Keyset)
    if keyset.serial != 1:
        raise DocumentRefused("keyset-rollback", _("The first keyset has serial 1."))
    try:
        given.signers(Keyset.TYPE, keyset.with_role("sign"), keyset.threshold)
    except Refusal as refusal:
        raise refused(refusal) from refusal
