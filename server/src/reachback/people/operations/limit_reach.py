"""Limit a person to some customers (the provider's people) or some sites (a customer's)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import CustomerReach, SiteReach, User


def limit_customers(
    *, actor: Actor, now: datetime, person_id: UUID, customer_ids: Collection[UUID] | None
) -> None:
    """Only these customers, or every one (None). Raises MayNotManage, NoSuchOrganisation."""
    if not policy.may_manage_installation(actor):
        raise errors.MayNotManage
    person = queries.person(actor, person_id)
    if not person.organisation.is_provider:
        raise errors.NotInOrganisation
    named = [queries.organisation(actor, each) for each in customer_ids or ()]
    with transaction.atomic():
        person.every_customer = customer_ids is None
        person.save(update_fields=["every_customer"])
        person.reach_rows.all().delete()
        CustomerReach.objects.bulk_create(
            [CustomerReach(user=person, organisation=each) for each in named]
        )
        _record(actor, now, person, "customers", None if customer_ids is None else named)


def limit_sites(
    *, actor: Actor, now: datetime, person_id: UUID, site_ids: Collection[UUID] | None
) -> None:
    """Only these sites of their organisation, or every one (None). Raises as above, NoSuchSite."""
    person = queries.person(actor, person_id)
    if not policy.may_manage_people(actor, person.organisation_id):
        raise errors.MayNotManage
    named = [queries.site(actor, each) for each in site_ids or ()]
    if any(each.organisation_id != person.organisation_id for each in named):
        raise errors.NotInOrganisation
    with transaction.atomic():
        person.every_site = site_ids is None
        person.save(update_fields=["every_site"])
        person.site_rows.all().delete()
        SiteReach.objects.bulk_create([SiteReach(user=person, site=each) for each in named])
        _record(actor, now, person, "sites", None if site_ids is None else named)


def _record(
    actor: Actor, now: datetime, person: User, what: str, named: Collection[object] | None
) -> None:
    record(
        actor=actor,
        now=now,
        action="person.reach_set",
        organisation_id=person.organisation_id,
        subject_kind="person",
        subject_id=person.id,
        subject_label=person.name,
        data={what: "every" if named is None else [str(each) for each in named]},
    )
