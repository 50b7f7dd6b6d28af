"""Saving the changed fields of a row with the audit row that says which."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors


def save_changes(
    actor: Actor,
    now: datetime,
    row: models.Model,
    *,
    kind: str,
    organisation_id: UUID,
    values: Mapping[str, Any],
) -> None:
    """Save what differs, in one transaction with its audit row; nothing differs, nothing is done.

    Raises ValidationError for a bad value, AlreadyTaken for a name that is in use.
    """
    changed = sorted(field for field, value in values.items() if getattr(row, field) != value)
    for field in changed:
        setattr(row, field, values[field])
    names = [each.name for each in row._meta.fields]  # noqa: SLF001 - Django's documented name
    row.clean_fields(exclude=[name for name in names if name not in changed])
    if not changed:
        return
    label = str(row)
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
            record(
                actor=actor,
                now=now,
                action=f"{kind}.changed",
                organisation_id=organisation_id,
                subject_kind=kind,
                subject_id=row.pk,
                subject_label=label,
                data={"fields": changed},
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(label) from error
