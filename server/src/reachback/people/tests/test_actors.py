from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from reachback.kernel.tenancy import NoOrganisationScope
from reachback.people import errors, operations, queries
from reachback.people.models import Organisation, RoleAssignment, Site, User

from .conftest import SYSTEM, Cast


def test_a_visitor_and_a_switched_off_account_are_nobody(cast: Cast) -> None:
    cast.aiko.is_active = False
    assert queries.actor_for(AnonymousUser()) is None
    assert queries.actor_for(cast.aiko) is None


def test_a_technician_sees_every_customer_and_carries_role_and_team(cast: Cast) -> None:
    actor = cast.actor(cast.aiko)
    assert actor.is_provider
    assert actor.roles == {"technician"}
    assert actor.team_ids == {cast.team.id}
    assert actor.customer_ids is None
    assert {o.name for o in queries.customers(actor)} == {"Lotus Hotels", "Ibis Clinics"}


def test_a_customer_sees_only_their_own_organisation(cast: Cast) -> None:
    actor = cast.actor(cast.chen)
    assert [o.id for o in queries.organisations(actor)] == [cast.lotus.id]
    assert {p.id for p in queries.people(actor)} == {cast.chen.id, cast.member.id}
    assert not queries.agents(actor).exists()
    assert not queries.teams(actor).exists()
    with pytest.raises(errors.NoSuchOrganisation):
        queries.organisation(actor, cast.ibis.id)
    with pytest.raises(errors.NoSuchPerson):
        queries.person(actor, cast.stranger.id)


def test_a_technician_limited_to_one_customer_does_not_know_of_another(
    cast: Cast, now: datetime
) -> None:
    operations.limit_customers(
        actor=cast.actor(cast.maya), now=now, person_id=cast.aiko.id, customer_ids=[cast.lotus.id]
    )
    actor = cast.actor(cast.aiko)
    assert queries.organisation(actor, cast.lotus.id) == cast.lotus
    with pytest.raises(errors.NoSuchOrganisation):
        queries.organisation(actor, cast.ibis.id)
    assert {t.id for t in queries.teams(actor)} == {cast.team.id}


def test_a_member_limited_to_one_site_does_not_see_the_other(cast: Cast, now: datetime) -> None:
    operations.limit_sites(
        actor=cast.actor(cast.chen), now=now, person_id=cast.member.id, site_ids=[cast.lijiang.id]
    )
    assert [s.name for s in queries.sites(cast.actor(cast.member))] == ["Lotus Lijiang"]
    with pytest.raises(errors.NoSuchSite):
        queries.site(cast.actor(cast.member), cast.bergen.id)


def test_a_site_of_another_organisation_cannot_be_somebodys_reach(
    cast: Cast, now: datetime
) -> None:
    with pytest.raises(errors.NotInOrganisation):
        operations.limit_sites(
            actor=SYSTEM, now=now, person_id=cast.stranger.id, site_ids=[cast.lijiang.id]
        )


def test_a_provider_role_left_on_a_customer_person_counts_for_nothing(cast: Cast) -> None:
    RoleAssignment.objects.create(user=cast.chen, role="administrator")
    assert cast.actor(cast.chen).roles == {"customer-administrator"}


def test_sites_without_a_scope_are_refused(cast: Cast) -> None:
    with pytest.raises(NoOrganisationScope):
        Site.objects.count()
    with pytest.raises(NoOrganisationScope):
        Organisation.objects.get(id=cast.lotus.id)


def test_the_database_itself_refuses_a_second_provider_and_a_capital_address(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(kind="provider", name="Second", slug="second")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(organisation=cast.lotus, email="A@example.com", name="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(user=cast.chen, role="emperor")
