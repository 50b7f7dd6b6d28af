"""Pages that change customers, sites, contacts, people, teams and skills."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reachback.audit.models import AuditRow
from reachback.people import errors, operations, queries
from reachback.people.models import Contact, Organisation, Site, Skill, Team, User

from .conftest import SYSTEM, Cast
from .test_pages import enter

SITE = {"name": "Lotus Dali", "city": "Dali", "country": "cn", "zone": "Asia/Shanghai"}


def only(model: Any, **values: object) -> Any:  # noqa: ANN401 - a row of any table
    return model.objects.visible_to(SYSTEM).get(**values)


def test_a_customer_is_added_and_changed(cast: Cast) -> None:
    client = enter(cast.maya)
    values = {"name": "莲花酒店", "kind": "customer", "zone": "Asia/Shanghai", "language": "en"}
    assert client.post(reverse("people:new_organisation"), values).status_code == 302
    made = only(Organisation, name="莲花酒店")
    url = reverse("people:change_organisation", args=[made.id])
    assert client.post(url, {**values, "name": "Lotus China"}).status_code == 302
    assert only(Organisation, id=made.id).name == "Lotus China"
    actions = AuditRow.objects.filter(subject_id=str(made.id)).values_list("action", flat=True)
    assert set(actions) == {"organisation.created", "organisation.changed"}


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    client = enter(cast.maya)
    url = reverse("people:new_site", args=[cast.lotus.id])
    wrong = {**SITE, "name": "Lotus Lijiang", "language": "en", "address": "Square 5"}
    taken = client.post(url, wrong)
    assert (taken.status_code, "already in use" in taken.content.decode()) == (400, True)
    bad = client.post(url, {**wrong, "country": "China", "zone": "Mars/Olympus"})
    page = bad.content.decode()
    assert "Mars/Olympus” is not a time zone" in page
    assert 'value="Square 5"' in page
    assert Site.objects.visible_to(SYSTEM).count() == 2


def test_a_contact_has_several_addresses_and_each_is_checked(cast: Cast) -> None:
    client = enter(cast.aiko)
    url = reverse("people:new_contact", args=[cast.lotus.id])
    values = {
        "name": "Night desk",
        "job": "",
        "site": str(cast.lijiang.id),
        "language": "en",
        "emails": "desk@lotus.example\nnot an address",
        "phones": "+86 888 555 0100\n110",
    }
    page = client.post(url, values).content.decode()
    assert "“not an address” is not an e-mail address" in page
    assert "desk@lotus.example" in page
    values["emails"] = "Desk@lotus.example\r\n\r\ndesk@lotus.example\r\nfront@lotus.example"
    assert client.post(url, values).status_code == 302
    made = only(Contact, name="Night desk")
    assert {a.value for a in queries.contact(SYSTEM, made.id).addresses.all()} == {
        "desk@lotus.example",
        "front@lotus.example",
        "+86 888 555 0100",
        "110",
    }
    values |= {"emails": "only@lotus.example", "phones": "", "site": ""}
    assert client.post(reverse("people:contact", args=[made.id]), values).status_code == 302
    changed = queries.contact(SYSTEM, made.id)
    assert [a.value for a in changed.addresses.all()] == ["only@lotus.example"]
    assert changed.site is None


def test_a_customer_switched_off_is_signed_out_and_comes_back(cast: Cast) -> None:
    theirs, client = enter(cast.chen), enter(cast.maya)
    url = reverse("people:organisation_off", args=[cast.lotus.id])
    assert client.post(url, {"name": "Lotus"}).status_code == 400
    assert theirs.get(reverse("people:settings")).status_code == 200
    assert client.post(url, {"name": "Lotus Hotels"}).status_code == 302
    assert theirs.get(reverse("people:settings")).status_code == 302
    client.post(reverse("people:organisation_on", args=[cast.lotus.id]))
    assert theirs.get(reverse("people:settings")).status_code == 200


def test_the_provider_cannot_switch_itself_off(cast: Cast, now: datetime) -> None:
    with pytest.raises(errors.OwnOrganisation):
        operations.switch_organisation(
            actor=SYSTEM, now=now, organisation_id=cast.provider.id, active=False
        )


def test_what_is_switched_off_is_not_offered_and_undo_brings_it_back(cast: Cast) -> None:
    client = enter(cast.maya)
    for kind, row, offered in (
        ("site", cast.bergen, lambda: queries.sites(SYSTEM)),
        ("team", cast.team, lambda: queries.teams(cast.actor(cast.maya))),
    ):
        answer = client.post(reverse(f"people:{kind}_off", args=[row.id]), follow=True)
        undo = reverse(f"people:{kind}_on", args=[row.id])
        assert f'action="{undo}"' in answer.content.decode()
        assert row not in offered()
        client.post(undo)
        assert row in offered()


def person_values(**changed: object) -> dict[str, object]:
    values = {"name": "Li Na", "zone": "Asia/Shanghai", "language": "en", "everywhere": "on"}
    return {**values, "roles": ["customer-member"], **changed}


def test_a_person_is_limited_to_a_site_and_must_reach_something(cast: Cast) -> None:
    client = enter(cast.chen)
    url = reverse("people:member", args=[cast.member.id])
    nowhere = client.post(url, person_values(everywhere=""))
    assert (nowhere.status_code, "Tick at least one" in nowhere.content.decode()) == (400, True)
    there = person_values(everywhere="", reach=[str(cast.lijiang.id)], name="Li Na Wang")
    assert client.post(url, there).status_code == 302
    assert cast.actor(cast.member).site_ids == {cast.lijiang.id}
    assert User.objects.get(id=cast.member.id).name == "Li Na Wang"


def test_nothing_of_a_refused_change_is_kept(cast: Cast) -> None:
    url = reverse("people:member", args=[cast.chen.id])
    answer = enter(cast.chen).post(url, person_values(name="Somebody else"))
    assert "Somebody must stay who can manage people" in answer.content.decode()
    assert User.objects.get(id=cast.chen.id).name == "Chen Wei"


def test_an_operations_manager_directs_but_hands_out_no_role_at_home(
    cast: Cast, now: datetime
) -> None:
    operations.set_roles(
        actor=SYSTEM, now=now, person_id=cast.aiko.id, roles=["operations-manager"]
    )
    client = enter(cast.aiko)
    own = reverse("people:member", args=[cast.aiko.id])
    assert client.get(own).status_code == 200
    roles = person_values(name="Aiko", roles=["administrator"])
    assert client.post(own, roles).status_code == 403
    new = {"name": "X", "email": "x@example.com", "role": "administrator"}
    members = reverse("people:members", args=[cast.provider.id])
    assert client.post(members, new).status_code == 403
    assert client.post(reverse("people:new_team"), {"name": "Night shift"}).status_code == 302
    assert cast.actor(cast.aiko).roles == {"operations-manager"}


def test_teams_and_skills_of_an_agent_are_set_taken_and_given_back(cast: Cast) -> None:
    client, aiko = enter(cast.maya), cast.aiko
    client.post(reverse("people:member_teams", args=[aiko.id]), {"teams": []})
    assert cast.actor(aiko).team_ids == frozenset()
    client.post(reverse("people:team_add", args=[cast.team.id]), {"person": str(aiko.id)})
    assert cast.actor(aiko).team_ids == {cast.team.id}
    url = reverse("people:member_skill", args=[aiko.id])
    assert client.post(url, {"skill": "", "level": "9"}).status_code == 400
    client.post(url, {"skill": "Mandarin", "level": "4"})
    skill = only(Skill, name="Mandarin")
    gone = client.post(reverse("people:skill_drop", args=[aiko.id, skill.id]), follow=True)
    undo = reverse("people:skill_return", args=[aiko.id, skill.id, 4])
    assert f'action="{undo}"' in gone.content.decode()
    assert not queries.held_skills(SYSTEM).exists()
    client.post(undo)
    assert queries.held_skills(SYSTEM).get().level == 4


def test_a_team_and_a_skill_are_named_once(cast: Cast) -> None:
    client = enter(cast.maya)
    assert client.post(reverse("people:new_team"), {"name": "Remote team"}).status_code == 400
    for status in (302, 400):
        assert client.post(reverse("people:skills"), {"name": "Networks"}).status_code == status
    skill = only(Skill, name="Networks")
    client.post(reverse("people:skill", args=[skill.id]), {"name": "Switches"})
    assert only(Skill, id=skill.id).name == "Switches"
    assert Team.objects.visible_to(SYSTEM).count() == 1


def test_a_customers_administrator_manages_their_own_in_the_portal(cast: Cast) -> None:
    client = enter(cast.chen)
    page = client.get(reverse("people_portal:people")).content.decode()
    assert "Li Na" in page
    assert "Anne Petit" not in page
    values = {"name": "New Desk", "email": "desk@example.com", "role": "customer-member"}
    new = reverse("people_portal:new_person")
    assert client.post(new, values).status_code == 302
    assert User.objects.get(email="desk@example.com").organisation_id == cast.lotus.id
    again = client.post(new, values)
    assert (again.status_code, "New Desk" in again.content.decode()) == (400, True)
    site = reverse("people:new_site", args=[cast.lotus.id])
    answer = client.post(site, {**SITE, "language": "en"})
    assert answer.headers["Location"] == reverse("people_portal:people")
    assert only(Site, name="Lotus Dali").country == "CN"
    theirs = reverse("people:new_site", args=[cast.ibis.id])
    assert client.post(theirs, {**SITE, "language": "en"}).status_code == 404


def test_customers_are_found_by_name_site_or_city(cast: Cast, now: datetime) -> None:
    client, url = enter(cast.aiko), reverse("people:organisations")
    for words, found in (("lotus", True), ("bergen", True), ("ibis", False), ("%", False)):
        page = client.get(url, {"q": words}).content.decode()
        assert (str(cast.lotus.id) in page) == found, words


@pytest.mark.parametrize("name", ["organisations", "teams", "skills", "members", "organisation"])
def test_lists_ask_the_same_number_of_questions_however_long(
    cast: Cast, now: datetime, name: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    arguments = {"members": [cast.provider.id], "organisation": [cast.lotus.id]}.get(name, [])
    for number in range(12):
        organisation = operations.create_organisation(
            actor=SYSTEM, now=now, kind="customer", name=f"Customer {number}"
        )
        for owner in (organisation, cast.lotus):
            operations.create_site(
                actor=SYSTEM, now=now, organisation_id=owner.id, name=f"Site {number}"
            )
            operations.create_contact(
                actor=SYSTEM, now=now, organisation_id=owner.id, name="X", emails=["x@example.com"]
            )
        team = operations.create_team(
            actor=SYSTEM, now=now, organisation_id=cast.provider.id, name=f"Team {number}"
        )
        agent = operations.create_user(
            actor=SYSTEM,
            now=now,
            organisation_id=cast.provider.id,
            email=f"agent{number}@example.com",
            name=f"Agent {number}",
            roles=["technician"],
        )
        operations.add_member(actor=SYSTEM, now=now, team_id=team.id, person_id=agent.id)
        operations.set_skill(
            actor=SYSTEM, now=now, person_id=agent.id, skill=f"Skill {number}", level=3
        )
    client: Client = enter(cast.maya)
    url = reverse(f"people:{name}", args=arguments)
    with django_assert_max_num_queries(22):
        assert client.get(url).status_code == 200
