"""Retire a script, or offer it again. Nothing is removed: what ran stays on record."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access import library, policy
from reachback.access.errors import MayNotKeepScripts
from reachback.access.models import Script
from reachback.audit.operations import record
from reachback.kernel.actors import Actor


def retire_script(*, actor: Actor, now: datetime, script_id: UUID, retired: bool = True) -> Script:
    """Stop offering it, or offer it again. Raises MayNotKeepScripts, NoSuchScript."""
    row = library.script(actor, script_id)
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    if row.is_active is not retired:
        return row
    row.is_active = not retired
    with transaction.atomic():
        row.save(update_fields=["is_active"])
        record(
            actor=actor,
            now=now,
            action="script.retired" if retired else "script.restored",
            organisation_id=row.organisation_id,
            subject_kind="script",
            subject_id=row.id,
            subject_label=row.name,
        )
    return row
