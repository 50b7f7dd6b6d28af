"""A cast: the provider's manager and technicians, a customer's administrator, another customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback.people import operations, queries
from reachback.people.models import Organisation, Site, Team, User

SYSTEM = actors.system("tests")


@dataclass
class Cast:
    """Everybody in the story; `actor(person)` is who they are to policies."""

    provider: Organisation
    lotus: Organisation
    ibis: Organisation
    lijiang: Site
    bergen: Site
    maya: User
    aiko: User
    chen: User
    member: User
    stranger: User
    team: Team

    def actor(self, person: User) -> Actor:
        found = queries.actor_for(User.objects.get(id=person.id))
        assert found is not None
        return found


def person(
    now: datetime, organisation_id: UUID, name: str, role: str, password: str | None = None
) -> User:
    return operations.create_user(
        actor=SYSTEM,
        now=now,
        organisation_id=organisation_id,
        email=f"{name.split(maxsplit=1)[0].lower()}@example.com",
        name=name,
        roles=[role],
        password=password,
    )


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    def organisation(kind: str, name: str, zone: str) -> Organisation:
        return operations.create_organisation(
            actor=SYSTEM, now=now, kind=kind, name=name, zone=zone
        )

    def site(owner: Organisation, name: str, zone: str) -> Site:
        return operations.create_site(
            actor=SYSTEM, now=now, organisation_id=owner.id, name=name, zone=zone
        )

    provider = organisation("provider", "Northstar Managed Systems", "Europe/Oslo")
    lotus = organisation("customer", "Lotus Hotels", "Asia/Shanghai")
    ibis = organisation("customer", "Ibis Clinics", "Europe/Paris")
    team = operations.create_team(
        actor=SYSTEM, now=now, organisation_id=provider.id, name="Remote team"
    )
    aiko = person(now, provider.id, "Aiko Sato", "technician")
    operations.add_member(actor=SYSTEM, now=now, team_id=team.id, person_id=aiko.id)
    return Cast(
        provider=provider,
        lotus=lotus,
        ibis=ibis,
        lijiang=site(lotus, "Lotus Lijiang", "Asia/Shanghai"),
        bergen=site(lotus, "Lotus Bergen", "Europe/Oslo"),
        maya=person(now, provider.id, "Maya Lindqvist", "administrator"),
        aiko=aiko,
        chen=person(now, lotus.id, "Chen Wei", "customer-administrator"),
        member=person(now, lotus.id, "Li Na", "customer-member"),
        stranger=person(now, ibis.id, "Anne Petit", "customer-administrator"),
        team=team,
    )
