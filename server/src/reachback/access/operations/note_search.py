"""Note that somebody looked through recordings: looking for something is itself audited."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access.errors import MayNotSearchRecords
from reachback.access.policy import may_search_records
from reachback.audit import operations as audit
from reachback.kernel.actors import Actor

_MOST_LOGS = 20


def note_search(
    *,
    actor: Actor,
    now: datetime,
    searched: str,
    found: int,
    organisation_ids: Collection[UUID],
) -> None:
    """Record who looked for what: in the searcher's log, and in those of whose sessions came up.

    Raises MayNotSearchRecords.
    """
    if not may_search_records(actor):
        raise MayNotSearchRecords
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="recording.searched",
            organisation_id=actor.organisation_id,
            subject_kind="recordings",
            subject_id="",
            subject_label=searched[:300],
            data={"searched": searched[:400], "found": found},
            also_organisation_ids=tuple(sorted(organisation_ids))[:_MOST_LOGS],
        )
