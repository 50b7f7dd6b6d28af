"""A session in the audit logs: its customer's, and the provider's beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reachback.access.models import AccessSession
from reachback.audit import operations as audit
from reachback.kernel.actors import Actor
from reachback.people import queries as people


def record(
    session: AccessSession,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one row about this session, with the change it tells of (inside its transaction)."""
    provider = people.provider()
    audit.record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=session.organisation_id,
        subject_kind="session",
        subject_id=session.id,
        subject_label=session.device.name,
        data=dict(data or {}),
        also_organisation_ids=(provider.id,) if provider else (),
    )
