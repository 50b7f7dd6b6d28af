"""Try a message again that failed, or one that waits for its next attempt."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.delivery import errors, jobs, policy, queries
from reachback.delivery.models import Delivery
from reachback.kernel.actors import Actor

_CAN = frozenset({Delivery.State.FAILED, Delivery.State.WAITING})


def try_again(*, actor: Actor, now: datetime, delivery_id: UUID) -> Delivery:
    """Make the next attempt due now.

    Raises NoSuchDelivery, MayNotTryAgain, NothingToTry (it arrived, or is not wanted) and
    SecretIsGone (a sign-in mail's link is removed once it is finished).
    """
    found = queries.delivery(actor, delivery_id)
    if not policy.may_try_again(actor):
        raise errors.MayNotTryAgain
    with transaction.atomic():
        row: Delivery
        row = Delivery.objects.visible_to(actor).select_for_update().get(id=found.id)
        if row.state not in _CAN:
            raise errors.NothingToTry
        if not row.text and not row.html:
            raise errors.SecretIsGone
        row.state, row.finished_at, row.next_attempt_at = Delivery.State.WAITING, None, now
        row.save(update_fields=["state", "finished_at", "next_attempt_at"])
        jobs.schedule(row, due=now, now=now)
        record(
            actor=actor,
            now=now,
            action="delivery.tried_again",
            organisation_id=row.organisation_id,
            subject_kind="delivery",
            subject_id=row.id,
            subject_label=row.subject,
            data={"attempts": row.attempts, "channel": row.channel},
        )
    return row
