"""Revoke: a customer's administrator takes all access away, at once.

The customer's own revoke key is not here. So the provider signs a narrowing at the customer's
word, which takes effect within a second on every linked device, and the page shows the command
for the customer's own, which no provider can lift.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import facts as access_facts
from reachback.access import keys, policy, queries, tellings
from reachback.access.errors import MayNotGovern, NoContract
from reachback.access.instants import milliseconds
from reachback.access.operations.publish_narrowing import enforce, keep_narrowing
from reachback.audit.operations import record
from reachback.kernel import facts
from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback.people import queries as people
from reachback_wire import documents as wire


def revoke(*, actor: Actor, now: datetime, organisation_id: UUID, reason: str) -> UUID:
    """Take every right away until the customer allows again; return the narrowing's row id.

    Raises MayNotGovern, NoContract.
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    contract = queries.running_contract(actor, organisation_id)
    if contract is None:
        raise NoContract
    why = " ".join(reason.split())[:200]
    narrowing = wire.Narrowing(
        organisation=str(organisation_id),
        author="provider",
        id=str(new_id()),
        serial=1,
        contract=contract.digest,
        devices=("*",),
        effect="revoke-all",
        issued=milliseconds(now),
        reason=_("at the request of %(name)s") % {"name": actor.name} + (f": {why}" if why else ""),
    )
    given = wire.seal(narrowing, keys.grant_key())
    provider = people.provider()
    with transaction.atomic():
        row = keep_narrowing(organisation_id, narrowing, given, now=now, asked_by=actor.name)
        record(
            actor=actor,
            now=now,
            action="contract.revoked",
            organisation_id=organisation_id,
            subject_kind="contract",
            subject_id=contract.id,
            subject_label=contract.title,
            data={"reason": why, "narrowing": narrowing.id},
            also_organisation_ids=(provider.id,) if provider else (),
        )
        fact = access_facts.AccessRevoked(
            organisation_id=organisation_id, asked_by=actor.name, occurred_at=now
        )
        facts.publish(fact, now=now)
        tellings.contract_changed(organisation_id)
    enforce(actor, organisation_id, row)
    return row.id
