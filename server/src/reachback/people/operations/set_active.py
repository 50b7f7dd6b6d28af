"""Switch a person's account off, or on again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.operations.set_roles import refuse_losing_the_last_administrator


def set_active(*, actor: Actor, now: datetime, person_id: UUID, active: bool) -> None:
    """Off ends every signed-in browser at its next request.

    Raises MayNotManage, LastAdministrator.
    """
    person = queries.person(actor, person_id)
    if not policy.may_manage_people(actor, person.organisation_id):
        raise errors.MayNotManage
    if person.is_active == active:
        return
    with transaction.atomic():
        person.is_active = active
        person.save(update_fields=["is_active"])
        if not active:
            held = person.role_rows.values_list("role", flat=True)
            refuse_losing_the_last_administrator(person, list(held))
        record(
            actor=actor,
            now=now,
            action="person.switched_on" if active else "person.switched_off",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
        )
