"""Create a service level with its targets."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reachback.agreements.models import ServiceLevel, Target
from reachback.agreements.terms import Targets
from reachback.audit.operations import record
from reachback.kernel.actors import Actor


def create_service_level(  # noqa: PLR0913 - a service level has that many sides
    *,
    actor: Actor,
    now: datetime,
    name: str,
    calendar_id: UUID,
    targets: Mapping[int, Targets],
    checks: Sequence[tuple[str, int]] = (),
    remote_team_id: UUID | None = None,
    sample: bool = False,
) -> UUID:
    """Store the service level and return its id; `checks` maps check patterns to priorities."""
    with transaction.atomic():
        row = ServiceLevel.objects.create(
            name=name,
            calendar_id=calendar_id,
            checks=[[pattern, priority] for pattern, priority in checks],
            remote_team_id=remote_team_id,
            sample=sample,
        )
        Target.objects.bulk_create(
            Target(
                service_level=row,
                priority=priority,
                first_response=_minutes(each.first_response),
                next_response=_minutes(each.next_response),
                resolve=_minutes(each.resolve),
            )
            for priority, each in targets.items()
        )
        record(
            actor=actor,
            now=now,
            action="service_level.created",
            organisation_id=actor.organisation_id,
            subject_kind="service_level",
            subject_id=row.id,
            subject_label=name,
        )
    return row.id


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds() // 60)
