from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from reachback.audit.models import AuditRow
from reachback.people import errors, operations, queries
from reachback.people.models import AgentSkill, Contact, User

from .conftest import SYSTEM, Cast


def test_a_new_person_has_a_verified_address_a_role_and_an_audit_row(
    cast: Cast, now: datetime
) -> None:
    created = operations.create_user(
        actor=cast.actor(cast.chen),
        now=now,
        organisation_id=cast.lotus.id,
        email=" New@Example.com ",
        name="New Person",
        roles=["customer-member"],
    )
    assert created.email == "new@example.com"
    assert created.zone == "Asia/Shanghai"
    assert not created.has_usable_password()
    assert EmailAddress.objects.get(user=created).verified
    assert AuditRow.objects.filter(action="person.created", subject_id=str(created.id)).exists()


@pytest.mark.parametrize("who", ["member", "aiko", "stranger"])
def test_only_administrators_create_people(cast: Cast, now: datetime, who: str) -> None:
    with pytest.raises((errors.MayNotManage, errors.NoSuchOrganisation)):
        operations.create_user(
            actor=cast.actor(getattr(cast, who)),
            now=now,
            organisation_id=cast.lotus.id,
            email="x@example.com",
            name="X",
        )
    assert not User.objects.filter(email="x@example.com").exists()


def test_a_customer_administrator_cannot_hand_out_a_provider_role(
    cast: Cast, now: datetime
) -> None:
    with pytest.raises(errors.RoleDoesNotFit):
        operations.set_roles(
            actor=cast.actor(cast.chen),
            now=now,
            person_id=cast.member.id,
            roles=["administrator"],
        )


def test_an_address_is_given_once(cast: Cast, now: datetime) -> None:
    with pytest.raises(errors.AlreadyTaken):
        operations.create_user(
            actor=SYSTEM,
            now=now,
            organisation_id=cast.ibis.id,
            email="CHEN@example.com",
            name="Another Chen",
        )


def test_the_last_administrator_stays(cast: Cast, now: datetime) -> None:
    chen = cast.actor(cast.chen)
    with pytest.raises(errors.LastAdministrator):
        operations.set_roles(actor=chen, now=now, person_id=cast.chen.id, roles=[])
    with pytest.raises(errors.LastAdministrator):
        operations.set_active(actor=chen, now=now, person_id=cast.chen.id, active=False)
    cast.chen.refresh_from_db()
    assert cast.chen.is_active
    assert cast.actor(cast.chen).roles == {"customer-administrator"}


def test_a_second_administrator_lets_the_first_go(cast: Cast, now: datetime) -> None:
    chen = cast.actor(cast.chen)
    operations.set_roles(
        actor=chen, now=now, person_id=cast.member.id, roles=["customer-administrator"]
    )
    operations.set_roles(actor=chen, now=now, person_id=cast.chen.id, roles=["customer-member"])
    assert cast.actor(cast.chen).roles == {"customer-member"}


def test_settings_are_ones_own_and_checked(cast: Cast, now: datetime) -> None:
    chen = cast.actor(cast.chen)
    operations.change_settings(actor=chen, now=now, zone="Europe/Oslo", theme="dark")
    assert cast.actor(cast.chen).zone == "Europe/Oslo"
    with pytest.raises(ValidationError):
        operations.change_settings(actor=chen, now=now, zone="Mars/Olympus")
    with pytest.raises(ValueError, match="is_active"):
        operations.change_settings(actor=chen, now=now, is_active=False)
    with pytest.raises(errors.MayNotManage):
        operations.change_settings(actor=SYSTEM, now=now, name="x")


def test_a_person_of_a_customer_cannot_join_a_team(cast: Cast, now: datetime) -> None:
    with pytest.raises(errors.NotInOrganisation):
        operations.add_member(actor=SYSTEM, now=now, team_id=cast.team.id, person_id=cast.chen.id)


def test_leaving_a_team_shows_in_the_actor(cast: Cast, now: datetime) -> None:
    operations.remove_member(
        actor=cast.actor(cast.maya), now=now, team_id=cast.team.id, person_id=cast.aiko.id
    )
    assert cast.actor(cast.aiko).team_ids == frozenset()


def test_a_skill_is_set_again_not_twice(cast: Cast, now: datetime) -> None:
    for level in (2, 4):
        operations.set_skill(
            actor=SYSTEM, now=now, person_id=cast.aiko.id, skill="Mandarin", level=level
        )
    held = AgentSkill.objects.visible_to(SYSTEM).get()
    assert (held.skill.name, held.level) == ("Mandarin", 4)
    with pytest.raises(ValueError, match="1 to 5"):
        operations.set_skill(
            actor=SYSTEM, now=now, person_id=cast.aiko.id, skill="Mandarin", level=6
        )


def test_a_contact_belongs_to_one_organisation_with_its_site(cast: Cast, now: datetime) -> None:
    operations.create_contact(
        actor=cast.actor(cast.aiko),
        now=now,
        organisation_id=cast.lotus.id,
        name="Night desk",
        site_id=cast.lijiang.id,
        emails=["Desk@Lotus.example"],
        phones=["+86 888 555 0100"],
    )
    found = queries.contacts(cast.actor(cast.chen)).get()
    assert [a.value for a in found.addresses.all()] == ["desk@lotus.example", "+86 888 555 0100"]
    assert not queries.contacts(cast.actor(cast.stranger)).exists()
    with pytest.raises(errors.NotInOrganisation):
        operations.create_contact(
            actor=SYSTEM,
            now=now,
            organisation_id=cast.ibis.id,
            name="Wrong",
            site_id=cast.lijiang.id,
        )
    assert Contact.objects.visible_to(SYSTEM).count() == 1
