"""A person's own settings."""

from datetime import datetime
from typing import Final

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, queries
from reachback.people.models import User

OWN_FIELDS: Final = ("name", "zone", "language", "theme", "single_keys")
NOT_OWN_FIELDS: Final = ("organisation", "password", "email")


def change_settings(*, actor: Actor, now: datetime, **values: str | bool) -> User:
    """Change one's own name, zone, language, theme or single_keys; others' are not reachable.

    Raises MayNotManage for an actor who is no person, ValidationError for a bad value.
    """
    if actor.kind != "person" or actor.id is None:
        raise errors.MayNotManage
    unknown = values.keys() - set(OWN_FIELDS)
    if unknown:
        msg = f"not one's own setting: {sorted(unknown)}"
        raise ValueError(msg)
    person = queries.person(actor, actor.id)
    changed = sorted(field for field, value in values.items() if getattr(person, field) != value)
    for field in changed:
        setattr(person, field, values[field])
    person.clean_fields(exclude=NOT_OWN_FIELDS)
    if not changed:
        return person
    with transaction.atomic():
        person.save(update_fields=changed)
        record(
            actor=actor,
            now=now,
            action="person.settings_changed",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
            data={"fields": changed},
        )
    return person
