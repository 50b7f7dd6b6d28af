"""Try again what the worker gave up on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel import backlog
from reachback.kernel.actors import Actor
from reachback.kernel.backlog import Failed
from reachback.site.errors import MayNotOperate
from reachback.site.policy import may_operate

_MOST_NAMED = 20


def retry_failed(
    *, actor: Actor, now: datetime, ids: Collection[UUID] | None = None
) -> tuple[Failed, ...]:
    """Put failed facts and timers back, due now: those of `ids`, or all; return what they were.

    One row in the installation's own log names them. Raises MayNotOperate.
    """
    if not may_operate(actor):
        raise MayNotOperate
    with transaction.atomic():
        done = backlog.retry(now=now, ids=ids)
        if done:
            record(
                actor=actor,
                now=now,
                action="work.retried",
                organisation_id=None,
                subject_kind="installation",
                subject_id="worker",
                subject_label="worker",
                data={"count": len(done), "work": [each.what for each in done[:_MOST_NAMED]]},
            )
    return done
