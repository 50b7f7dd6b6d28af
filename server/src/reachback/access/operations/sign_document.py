"""Settle a draft's bytes, collect the signatures over them, publish when they are enough."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import governing, policy, queries, rounds
from reachback.access.drafting import facts, mistakes, shapes
from reachback.access.errors import (
    DocumentRefused,
    DraftFaulty,
    MayNotGovern,
    NoDraft,
    RoundClosed,
    RoundOpen,
    UnknownRound,
)
from reachback.access.models import ContractDraft, SigningRound
from reachback.access.operations.publish_contract import publish_contract
from reachback.access.refusing import recorded_refusal
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire
from reachback_wire import signing
from reachback_wire.refusals import Refusal


def prepare_contract(*, actor: Actor, now: datetime, organisation_id: UUID) -> SigningRound:
    """Settle the draft's text; from then on only signatures are added to it.

    Raises MayNotGovern, NoDraft, DraftFaulty, RoundOpen.
    """
    _check(actor, organisation_id)
    around = facts.surroundings(actor, organisation_id, now)
    with transaction.atomic():
        drafts: QuerySet[ContractDraft] = ContractDraft.objects.visible_to(actor)
        draft = drafts.filter(organisation_id=organisation_id).select_for_update().first()
        if draft is None:
            raise NoDraft
        contract = _contract(draft, around)
        open_round = rounds.open_round(actor, organisation_id, wire.Contract.TYPE)
        if open_round is not None:
            raise RoundOpen(open_round.title)
        body = contract.to_body()
        row: SigningRound = SigningRound.objects.create(
            organisation_id=organisation_id,
            kind=wire.Contract.TYPE,
            keyset_serial=contract.keyset,
            serial=contract.serial,
            title=contract.title[:200],
            body=body,
            digest=wire.Envelope(body, ()).digest,
            prepared_at=now,
            prepared_by_name=actor.name[:120],
        )
        _record(actor, now, row, "contract.prepared")
    return row


def _contract(draft: ContractDraft, around: facts.Surroundings) -> wire.Contract:
    if around.keyset is None:
        raise DraftFaulty(_("Publish a keyset first: there are no keys to sign with."))
    if mistakes.faulty(mistakes.remarks(draft.value, around.known)):
        raise DraftFaulty(_("Something is still wrong with the draft: each clause says what."))
    try:
        return shapes.complete(
            draft.value,
            organisation=str(around.organisation_id),
            keyset=around.keyset.serial,
            serial=around.next_serial,
            issued=around.now,
        )
    except Refusal as refusal:
        raise DraftFaulty(refusal.sentence) from refusal


def add_signature(*, actor: Actor, now: datetime, round_id: UUID, text: str) -> SigningRound:
    """Take a signature (armoured, or a signed copy of the document); publish when enough.

    Raises UnknownRound, RoundClosed, MayNotGovern, DocumentRefused.
    """
    row = rounds.round_of(actor, round_id)
    _check(actor, row.organisation_id)
    with (
        recorded_refusal(
            actor=actor, now=now, organisation_id=row.organisation_id, kind="signature"
        ),
        transaction.atomic(),
    ):
        row = _locked(actor, round_id)
        keyset = _keyset(actor, row)
        for signature in rounds.signatures_in(row, text):
            _take(actor, now, row, keyset, signature)
        row.save()
    if len(row.signatures) >= keyset.threshold:
        publish_contract(
            actor=actor,
            now=now,
            organisation_id=row.organisation_id,
            document={"body": row.body, "signatures": list(row.signatures)},
        )
        row.refresh_from_db()
    return row


def _locked(actor: Actor, round_id: UUID) -> SigningRound:
    found: QuerySet[SigningRound] = SigningRound.objects.visible_to(actor)
    row = found.select_for_update().filter(id=round_id).first()
    if row is None:
        raise UnknownRound
    if row.state != SigningRound.State.COLLECTING:
        raise RoundClosed
    return row


def _keyset(actor: Actor, row: SigningRound) -> wire.Keyset:
    newest = queries.keysets(actor, row.organisation_id)[-1]
    keyset = wire.Keyset.parse(newest.body)
    if keyset.serial != row.keyset_serial:
        sentence = _("Your keys were changed since: withdraw this and settle the text again.")
        raise DocumentRefused("contract-rollback", sentence)
    return keyset


def _take(
    actor: Actor, now: datetime, row: SigningRound, keyset: wire.Keyset, signature: str
) -> None:
    try:
        key = signing.verify(signature, row.kind, row.body.encode(), keyset.with_role("sign"))
    except Refusal as refusal:
        raise governing.refused(refusal) from refusal
    mark = signing.fingerprint(key)
    if mark in row.collected:
        return
    row.signatures = [*row.signatures, signature]
    by = {"by": actor.name[:120], "at": now.isoformat(timespec="seconds")}
    row.collected = {**row.collected, mark: by}
    _record(actor, now, row, "contract.signature_added", key=mark)


def withdraw_round(*, actor: Actor, now: datetime, round_id: UUID) -> SigningRound:
    """Stop a document before it takes effect. Raises UnknownRound, RoundClosed, MayNotGovern."""
    row = rounds.round_of(actor, round_id)
    _check(actor, row.organisation_id)
    with transaction.atomic():
        found: QuerySet[SigningRound] = SigningRound.objects.visible_to(actor)
        kept = found.select_for_update().get(id=round_id)
        if kept.state not in rounds.OPEN:
            raise RoundClosed
        kept.state = SigningRound.State.WITHDRAWN
        kept.closed_at, kept.closed_by_name = now, actor.name[:120]
        kept.save()
        _record(actor, now, kept, "contract.signing_withdrawn")
    return kept


def _check(actor: Actor, organisation_id: UUID) -> None:
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern


def _record(actor: Actor, now: datetime, row: SigningRound, action: str, **more: str) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=row.organisation_id,
        subject_kind="contract",
        subject_id=row.id,
        subject_label=row.title,
        data={"serial": row.serial, "digest": row.digest, **more},
    )
