"""Allow again what a customer's administrator revoked in the portal."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import keys, policy, queries, tellings
from reachback.access.errors import MayNotGovern
from reachback.access.instants import milliseconds
from reachback.access.models import Narrowing
from reachback.access.operations.publish_narrowing import enforce, keep_narrowing
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback_wire import documents as wire


def lift_revocation(*, actor: Actor, now: datetime, organisation_id: UUID) -> int:
    """Lift the provider-signed narrowings the customer asked for; return how many.

    A narrowing the customer signed with its own key stays: only a new contract lifts it.
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    rows = [
        row
        for row in queries.narrowings(actor, organisation_id)
        if row.author == "provider" and not row.lifted
    ]
    lifted: list[Narrowing] = []
    provider = people.provider()
    for row in rows:
        narrowing = replace(
            wire.Narrowing.parse(row.body),
            serial=row.serial + 1,
            lifted=True,
            issued=milliseconds(now),
            reason=_("lifted at the request of %(name)s") % {"name": actor.name},
        )
        given = wire.seal(narrowing, keys.grant_key())
        with transaction.atomic():
            kept = keep_narrowing(organisation_id, narrowing, given, now=now, asked_by=actor.name)
            record(
                actor=actor,
                now=now,
                action="contract.allowed_again",
                organisation_id=organisation_id,
                subject_kind="narrowing",
                subject_id=row.id,
                subject_label=row.reason,
                also_organisation_ids=(provider.id,) if provider else (),
            )
            tellings.contract_changed(organisation_id)
        lifted.append(kept)
    for kept in lifted:
        enforce(actor, organisation_id, kept)
    return len(lifted)
