"""Give a person exactly these roles."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Role, RoleAssignment, User
from reachback.people.operations.create_user import refuse_unfitting

MANAGERS = (Role.ADMINISTRATOR, Role.CUSTOMER_ADMINISTRATOR)


def set_roles(*, actor: Actor, now: datetime, person_id: UUID, roles: Collection[str]) -> None:
    """Replace the roles. Raises MayNotManage, RoleDoesNotFit, LastAdministrator."""
    person = queries.person(actor, person_id)
    if not policy.may_manage_people(actor, person.organisation_id):
        raise errors.MayNotManage
    refuse_unfitting(person.organisation, roles)
    with transaction.atomic():
        before = sorted(person.role_rows.values_list("role", flat=True))
        after = sorted(set(roles))
        if before == after:
            return
        person.role_rows.exclude(role__in=after).delete()
        RoleAssignment.objects.bulk_create(
            [RoleAssignment(user=person, role=role) for role in after if role not in before]
        )
        refuse_losing_the_last_administrator(person, before)
        record(
            actor=actor,
            now=now,
            action="person.roles_set",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
            data={"before": before, "after": after},
        )


def refuse_losing_the_last_administrator(person: User, before: Collection[str]) -> None:
    """Raise LastAdministrator when `person` was one and no active one is left."""
    if not set(before) & set(MANAGERS):
        return
    left = RoleAssignment.objects.filter(
        user__organisation_id=person.organisation_id, user__is_active=True, role__in=MANAGERS
    )
    if not left.exists():
        raise errors.LastAdministrator
