"""Documents whose signatures are being collected: reads, and what publishing does to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import governing, policy
from reachback.access.drafting import shapes
from reachback.access.errors import DocumentRefused, UnknownRound
from reachback.access.models import ContractDocument, ContractDraft, SigningRound
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire
from reachback_wire import signing

OPEN = (SigningRound.State.COLLECTING, SigningRound.State.ANNOUNCED)
_SYSTEM = actors.system("access.rounds")
_ARMOUR = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One key that may sign, and whether it has."""

    name: str
    fingerprint: str
    signed: bool
    by: str = ""


def round_of(actor: Actor, round_id: UUID) -> SigningRound:
    """One document being signed, or that was; UnknownRound if it is not the actor's to see."""
    found: QuerySet[SigningRound] = SigningRound.objects.visible_to(actor)
    row = found.filter(id=round_id).first()
    if row is None or not policy.may_govern(actor, row.organisation_id):
        raise UnknownRound
    return row


def open_round(actor: Actor, organisation_id: UUID, kind: str) -> SigningRound | None:
    """The document of this kind that is being signed, or announced."""
    found: QuerySet[SigningRound] = SigningRound.objects.visible_to(actor)
    return found.filter(organisation_id=organisation_id, kind=kind, state__in=OPEN).first()


def open_rounds(actor: Actor, organisation_id: UUID) -> Sequence[SigningRound]:
    """Everything of the customer that waits for a signature or a moment."""
    found: QuerySet[SigningRound] = SigningRound.objects.visible_to(actor)
    return list(found.filter(organisation_id=organisation_id, state__in=OPEN))


def is_drafting(actor: Actor, organisation_id: UUID) -> bool:
    """Whether somebody has begun to write a contract."""
    drafts: QuerySet[ContractDraft] = ContractDraft.objects.visible_to(actor)
    return drafts.filter(organisation_id=organisation_id).exists()


def seats(row: SigningRound, keyset: wire.Keyset | None) -> Sequence[Seat]:
    """Who may sign: those who have, then those who have not."""
    found = []
    for each in keyset.keys if keyset else ():
        mark = signing.fingerprint(each.key)
        if "sign" in each.roles:
            by = row.collected.get(mark, {}).get("by", "")
            seat = Seat(name=each.name, fingerprint=mark, signed=mark in row.collected, by=by)
            found.append(seat)
    return sorted(found, key=lambda seat: not seat.signed)


def signatures_in(row: SigningRound, text: str) -> Sequence[str]:
    """The armoured signatures in what was handed in; raises DocumentRefused.

    A signed copy must hold the very bytes that are to be signed.
    """
    stripped = text.strip()
    if stripped.startswith("{"):
        given = governing.envelope(stripped)
        if given.body != row.body:
            sentence = _("This is a signature over another text than the one settled here.")
            raise DocumentRefused("bad-signature", sentence)
        return given.signatures
    if not (stripped.startswith(_ARMOUR) and stripped.endswith(_END)):
        sentence = _("This is neither an SSH signature nor a signed copy of the document.")
        raise DocumentRefused("malformed", sentence)
    return [f"{_ARMOUR}{part.rstrip()}\n" for part in stripped.split(_ARMOUR)[1:]]


def settle(row: ContractDocument, now: datetime) -> None:
    """A contract was published: close what it ends, and the draft that became it."""
    found: QuerySet[SigningRound] = SigningRound.objects.visible_to(_SYSTEM)
    every = found.filter(
        organisation_id=row.organisation_id, kind=wire.Contract.TYPE, state__in=OPEN
    )
    every.filter(digest=row.digest).update(state=SigningRound.State.PUBLISHED, closed_at=now)
    every.exclude(digest=row.digest).filter(serial__lte=row.serial).update(
        state=SigningRound.State.OVERTAKEN, closed_at=now
    )
    drafts: QuerySet[ContractDraft] = ContractDraft.objects.visible_to(_SYSTEM)
    published = shapes.of_contract(wire.Contract.parse(row.body))
    for draft in drafts.filter(organisation_id=row.organisation_id):
        if {**draft.value, "effective": 0} == {**published, "effective": 0}:
            draft.delete()  # it is what was signed; another draft goes on
