"""Create somebody who can sign in."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import (
    CUSTOMER_ROLES,
    PROVIDER_ROLES,
    Organisation,
    RoleAssignment,
    User,
)


def create_user(  # noqa: PLR0913 - a person has that many sides
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    email: str,
    name: str,
    roles: Collection[str] = (),
    password: str | None = None,
    zone: str = "",
    language: str = "",
    sample: bool = False,
) -> User:
    """A person of an organisation, with roles that fit it; the address counts as verified.

    Whoever may create people vouches for the address; without a password the person signs in
    through the set-password mail. Raises MayNotManage, RoleDoesNotFit, AlreadyTaken.
    """
    owner = queries.organisation(actor, organisation_id)
    if not policy.may_manage_people(actor, owner.id):
        raise errors.MayNotManage
    refuse_unfitting(owner, roles)
    created = User(
        organisation=owner,
        email=email.strip().lower(),
        name=name.strip()[:120],
        zone=zone or owner.zone,
        language=language or owner.language,
        sample=sample,
        password=make_password(password),  # slow on purpose, so before the transaction
    )
    created.clean_fields(exclude=["organisation"])
    try:
        with transaction.atomic():
            created.save(force_insert=True)
            EmailAddress.objects.create(
                user=created, email=created.email, verified=True, primary=True
            )
            RoleAssignment.objects.bulk_create(
                [RoleAssignment(user=created, role=role) for role in sorted(set(roles))]
            )
            record(
                actor=actor,
                now=now,
                action="person.created",
                organisation_id=owner.id,
                subject_kind="person",
                subject_id=created.id,
                subject_label=created.name,
                data={"roles": sorted(set(roles))},
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(created.email) from error
    return created


def refuse_unfitting(owner: Organisation, roles: Collection[str]) -> None:
    """Raise RoleDoesNotFit for a provider's role at a customer, or the reverse."""
    fitting = PROVIDER_ROLES if owner.is_provider else CUSTOMER_ROLES
    for role in roles:
        if role not in fitting:
            raise errors.RoleDoesNotFit(role)
