"""Northstar, Lotus Hotels and the sample customers: organisations, sites, people, teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people.operations import (
    add_member,
    create_contact,
    create_organisation,
    create_site,
    create_team,
    create_user,
    set_skill,
)

PROVIDER = "Northstar Managed Systems"
CUSTOMER = "Lotus Hotels"
TEAM = "Remote team"
SITE = "Lotus Lijiang"
MAIL = "northstar.example"

# name, address, roles, zone, skills
AGENTS = (
    ("Maya Lindqvist", "maya", ("operations-manager", "administrator"), "Europe/Oslo", ()),
    ("Tomás Rivera", "tomas", ("technician",), "Europe/Oslo", (("linux", 5), ("networks", 3))),
    ("Aiko Sato", "aiko", ("technician",), "Asia/Tokyo", (("linux", 4), ("chinese", 4))),
    ("Ruth Adeyemi", "ruth", ("auditor",), "Europe/Oslo", ()),
)
# Each: customer, zone, language; its sites with city, country, zone, language; its contacts.
SAMPLE_CUSTOMERS = (
    (
        "Fjordkraft Kiosks",
        "Europe/Oslo",
        "nb",
        (
            ("Bergen harbour", "Bergen", "NO", "Europe/Oslo", "nb"),
            ("Ålesund terminal", "Ålesund", "NO", "Europe/Oslo", "nb"),
        ),
        ("Ingrid Nygård", "Jonas Hagen"),
    ),
    (
        "Casa Verde Retail",
        "America/Sao_Paulo",
        "en",
        (
            ("Pinheiros store", "São Paulo", "BR", "America/Sao_Paulo", "en"),
            ("Recife store", "Recife", "BR", "America/Recife", "en"),
            ("Curitiba store", "Curitiba", "BR", "America/Sao_Paulo", "en"),
        ),
        ("Beatriz Couto", "Davi Moura"),
    ),
    (
        "Harbour Clinic Group",
        "Europe/London",
        "en",
        (
            ("Leith clinic", "Edinburgh", "GB", "Europe/London", "en"),
            ("Cardiff Bay clinic", "Cardiff", "GB", "Europe/London", "en"),
        ),
        ("Moira Sinclair", "Owain Pugh"),
    ),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with its sites and contacts; `sample` customers can be removed in one click."""

    id: UUID
    name: str
    sites: tuple[tuple[UUID, str], ...]
    contacts: tuple[tuple[UUID, str], ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody the rest of the seeding needs."""

    provider: UUID
    team: UUID
    agents: dict[str, UUID]
    lotus: Customer
    samples: tuple[Customer, ...]


def provider(actor: Actor, now: datetime) -> tuple[UUID, UUID, dict[str, UUID]]:
    """Make the provider, its people and its team."""
    organisation = create_organisation(
        actor=actor, now=now, kind="provider", name=PROVIDER, zone="Europe/Oslo"
    )
    team = create_team(
        actor=actor,
        now=now,
        organisation_id=organisation.id,
        name=TEAM,
        about="Repairs what can be repaired without a van.",
    )
    agents: dict[str, UUID] = {}
    for name, box, roles, zone, skills in AGENTS:
        person = create_user(
            actor=actor,
            now=now,
            organisation_id=organisation.id,
            email=f"{box}@{MAIL}",
            name=name,
            roles=roles,
            zone=zone,
        )
        agents[box] = person.id
        if "technician" in roles:
            add_member(actor=actor, now=now, team_id=team.id, person_id=person.id)
        for skill, level in skills:
            set_skill(actor=actor, now=now, person_id=person.id, skill=skill, level=level)
    return organisation.id, team.id, agents


def lotus(actor: Actor, now: datetime) -> Customer:
    """Make the hotel group the story is about; it is not sample data."""
    made = create_organisation(
        actor=actor, now=now, kind="customer", name=CUSTOMER, zone="Asia/Shanghai"
    )
    rows = (
        (SITE, "Lijiang", "CN", "Asia/Shanghai", "zh-hans", "大研古城 18 号"),
        ("Lotus Bergen", "Bergen", "NO", "Europe/Oslo", "nb", "Strandgaten 7"),
    )
    sites = []
    for name, city, country, zone, language, address in rows:
        site = create_site(
            actor=actor,
            now=now,
            organisation_id=made.id,
            name=name,
            city=city,
            country=country,
            zone=zone,
            language=language,
            address=address,
        )
        sites.append((site.id, name))
    chen = create_user(
        actor=actor,
        now=now,
        organisation_id=made.id,
        email="chen.wei@lotus-hotels.example",
        name="Chen Wei",
        roles=("customer-administrator",),
        zone="Asia/Shanghai",
        language="en",
    )
    contact = create_contact(
        actor=actor,
        now=now,
        organisation_id=made.id,
        name="Chen Wei",
        user_id=chen.id,
        job="IT administrator",
        emails=("chen.wei@lotus-hotels.example",),
        phones=("+86 888 510 0118",),
    )
    return Customer(made.id, CUSTOMER, tuple(sites), ((contact.id, contact.name),), sample=False)


def sample_customers(actor: Actor, now: datetime) -> tuple[Customer, ...]:
    """Make the customers of the sample history."""
    made = []
    for name, zone, language, sites, people in SAMPLE_CUSTOMERS:
        organisation = create_organisation(
            actor=actor,
            now=now,
            kind="customer",
            name=name,
            zone=zone,
            language=language,
            sample=True,
        )
        places = []
        for site, city, country, there, tongue in sites:
            row = create_site(
                actor=actor,
                now=now,
                organisation_id=organisation.id,
                name=site,
                city=city,
                country=country,
                zone=there,
                language=tongue,
                sample=True,
            )
            places.append((row.id, site))
        contacts = tuple(
            (made_contact.id, made_contact.name)
            for made_contact in (
                create_contact(
                    actor=actor,
                    now=now,
                    organisation_id=organisation.id,
                    name=person,
                    emails=(f"{person.split()[0].lower()}@{organisation.slug}.example",),
                    sample=True,
                )
                for person in people
            )
        )
        made.append(Customer(organisation.id, name, tuple(places), contacts, sample=True))
    return tuple(made)
