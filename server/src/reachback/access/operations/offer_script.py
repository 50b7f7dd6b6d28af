"""Show a customer a script's text, so that they may read it before they sign its digest."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access import library, policy
from reachback.access.errors import MayNotKeepScripts
from reachback.access.models import ScriptOffer, ScriptVersion
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import queries as people


def offer_script(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    script_id: UUID,
    number: int,
    withdrawn: bool = False,
) -> ScriptOffer | None:
    """Offer a version to a customer, or take the offer back; None if there was none to take.

    An offer is for reading only. Raises MayNotKeepScripts, NoSuchScript, and people's
    UnknownOrganisation for a customer who is not the actor's.
    """
    customer = people.organisation(actor, organisation_id)
    version = library.version(actor, script_id, number)
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    with transaction.atomic():
        found = ScriptOffer.objects.visible_to(actor).filter(
            organisation_id=customer.id, version=version
        )
        row: ScriptOffer | None = found.first()
        if withdrawn and (row is None or not row.is_active):
            return row
        if row is not None and row.is_active and not withdrawn:
            return row
        kept = _keep(actor, now, customer.id, version, row, withdrawn=withdrawn)
        _record(actor, now, customer.id, version, withdrawn=withdrawn)
    return kept


def _keep(
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    version: ScriptVersion,
    row: ScriptOffer | None,
    *,
    withdrawn: bool,
) -> ScriptOffer:
    kept = row or ScriptOffer(organisation_id=organisation_id, version=version)
    kept.is_active = not withdrawn
    if not withdrawn:
        kept.offered_by_id = actor.id if actor.kind == "person" else None
        kept.offered_by_name = actor.name[:120]
        kept.offered_at = now
    kept.save()
    return kept


def _record(
    actor: Actor, now: datetime, organisation_id: UUID, version: ScriptVersion, *, withdrawn: bool
) -> None:
    record(
        actor=actor,
        now=now,
        action="script.offer_withdrawn" if withdrawn else "script.offered",
        organisation_id=organisation_id,
        subject_kind="script",
        subject_id=version.script_id,
        subject_label=version.script.name,
        data={"version": version.number, "digest": version.digest},
        also_organisation_ids=(version.script.organisation_id,),
    )
