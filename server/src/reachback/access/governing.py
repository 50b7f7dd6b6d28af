"""Checking published documents: keyset chain, statement, contract, narrowing. Pure.

The same rules as on the device (documents.md); here they guard what people are shown. The device
checks again, so a mistake here widens nothing.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reachback.access.errors import DocumentRefused
from reachback_wire.documents import Contract, DeviceStatement, Envelope, Keyset, Narrowing
from reachback_wire.refusals import Refusal

MOST_SERIALS_AHEAD = 1_000


def envelope(value: object) -> Envelope:
    """Read an envelope from JSON text or value; raise DocumentRefused."""
    try:
        return Envelope.from_json(value)
    except Refusal as refusal:
        raise refused(refusal) from refusal


def refused(refusal: Refusal) -> DocumentRefused:
    """Return our error for the wire's refusal."""
    return DocumentRefused(refusal.code, refusal.sentence)


def check_keyset(given: Envelope, known: Sequence[Keyset]) -> Keyset:
    """Return the keyset if it begins the chain, or follows its last one."""
    try:
        keyset = Keyset.parse(given.body)
        if not known:
            if keyset.serial != 1:
                raise Refusal("keyset-rollback", _("The first keyset has serial 1."))
            given.signers(Keyset.TYPE, keyset.with_role("sign"), keyset.threshold)
            return keyset
        last = known[-1]
        if keyset.organisation != last.organisation:
            raise Refusal("unknown-key", _("The keyset belongs to another organisation."))
        if keyset.serial != last.serial + 1 or keyset.previous != digest_of(last):
            sentence = _("The keyset does not follow the one in force.")
            raise Refusal("keyset-rollback", sentence)
        given.signers(Keyset.TYPE, last.with_role("sign"), last.threshold)
    except Refusal as refusal:
        raise refused(refusal) from refusal
    return keyset


def digest_of(keyset: Keyset) -> str:
    """Return the digest later keysets name this one by."""
    return Envelope(keyset.to_body(), ()).digest


def _keyset_of(serial: int, organisation: str, known: Sequence[Keyset]) -> Keyset:
    if not known:
        raise Refusal("unknown-key", _("Publish a keyset first: there are no keys to check by."))
    last = known[-1]
    if organisation != last.organisation:
        raise Refusal("unknown-key", _("The document belongs to another organisation."))
    if serial != last.serial:
        sentence = _("The document is signed under keyset %(serial)s, in force is %(known)s.")
        raise Refusal("keyset-rollback", sentence % {"serial": serial, "known": last.serial})
    return last


def check_statement(given: Envelope, known: Sequence[Keyset], newest: int) -> DeviceStatement:
    """Return the device statement if the customer's keys stand behind it and it is newer."""
    try:
        statement = DeviceStatement.parse(given.body)
        keyset = _keyset_of(statement.keyset, statement.organisation, known)
        given.signers(DeviceStatement.TYPE, keyset.with_role("sign"))
        _check_serial(statement.serial, newest)
    except Refusal as refusal:
        raise refused(refusal) from refusal
    return statement


def _check_serial(serial: int, newest: int) -> None:
    if serial <= newest:
        sentence = _("Serial %(serial)s is not newer than %(newest)s: a rollback is refused.")
        raise Refusal("contract-rollback", sentence % {"serial": serial, "newest": newest})
    if serial > newest + MOST_SERIALS_AHEAD:
        sentence = _("Serial %(serial)s leaps more than %(most)s ahead.")
        values = {"serial": serial, "most": MOST_SERIALS_AHEAD}
        raise Refusal("contract-rollback", sentence % values)


def check_contract(
    given: Envelope, known: Sequence[Keyset], newest: tuple[int, int] | None
) -> Contract:
    """Return the contract if `threshold` sign keys stand behind it and (keyset, serial) is newer."""
    try:
        contract = Contract.parse(given.body)
        keyset = _keyset_of(contract.keyset, contract.organisation, known)
        given.signers(Contract.TYPE, keyset.with_role("sign"), keyset.threshold)
        if newest is not None:
            if contract.keyset < newest[0]:
                raise Refusal("contract-rollback", _("The contract is older than the one in force."))
            _check_serial(contract.serial, newest[1] if contract.keyset == newest[0] else 0)
        if contract.expires <= contract.effective:
            raise Refusal("malformed", _("The contract ends before it begins."))
    except Refusal as refusal:
        raise refused(refusal) from refusal
    return contract


def check_narrowing(given: Envelope, known: Sequence[Keyset], newest: int) -> Narrowing:
    """Return the customer's narrowing if a revoke or sign key stands behind it."""
    try:
        narrowing = Narrowing.parse(given.body)
        if narrowing.author != "customer" or narrowing.lifted:
            sentence = _("Only a customer's own narrowing is published here; a new contract lifts it.")
            raise Refusal("malformed", sentence)
        keyset = known[-1] if known else None
        if keyset is None or narrowing.organisation != keyset.organisation:
            raise Refusal("unknown-key", _("The document belongs to another organisation."))
        given.signers(Narrowing.TYPE, keyset.with_role("revoke", "sign"))
        _check_serial(narrowing.serial, newest)
    except Refusal as refusal:
        raise refused(refusal) from refusal
    return narrowing


def statement_of(given: Envelope) -> DeviceStatement:
    """Read a device statement without judging who signed it."""
    try:
        return DeviceStatement.parse(given.body)
    except Refusal as refusal:
        raise refused(refusal) from refusal


def narrowing_of(given: Envelope) -> Narrowing:
    """Read a narrowing without judging who signed it."""
    try:
        return Narrowing.parse(given.body)
    except Refusal as refusal:
        raise refused(refusal) from refusal
