"""Note that somebody looked at a recording: looking is itself audited."""

from datetime import datetime

from django.db import transaction

from reachback.access.models import AccessSession
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import queries as people


def view_recording(*, actor: Actor, now: datetime, session: AccessSession, how: str) -> None:
    """Record that the actor replayed or exported (`how`) the session's recording."""
    provider = people.provider()
    with transaction.atomic():
        record(
            actor=actor,
            now=now,
            action=f"recording.{how}",
            organisation_id=session.organisation_id,
            subject_kind="session",
            subject_id=session.id,
            subject_label=session.device.name,
            also_organisation_ids=(provider.id,) if provider else (),
        )
