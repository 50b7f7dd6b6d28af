from datetime import datetime
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from reachback.kernel.actors import Actor
from reachback.people import queries, slots
from reachback.people.models import User
from reachback.ui.slots import Panel

from .conftest import Cast


def enter(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def addresses(cast: Cast) -> dict[str, str]:
    return {
        "settings": reverse("people:settings"),
        "organisations": reverse("people:organisations"),
        "organisation": reverse("people:organisation", args=[cast.lotus.id]),
        "members": reverse("people:members", args=[cast.lotus.id]),
        "member": reverse("people:member", args=[cast.member.id]),
    }


EXPECTED = {
    "maya": {
        "settings": 200,
        "organisations": 200,
        "organisation": 200,
        "members": 200,
        "member": 200,
    },
    "aiko": {
        "settings": 200,
        "organisations": 200,
        "organisation": 200,
        "members": 200,
        "member": 403,
    },
    "chen": {
        "settings": 200,
        "organisations": 403,
        "organisation": 403,
        "members": 200,
        "member": 200,
    },
    "member": {
        "settings": 200,
        "organisations": 403,
        "organisation": 403,
        "members": 403,
        "member": 403,
    },
    "stranger": {
        "settings": 200,
        "organisations": 403,
        "organisation": 403,
        "members": 404,
        "member": 404,
    },
}


@pytest.mark.parametrize("who", EXPECTED)
def test_each_page_opens_for_whom_it_is(cast: Cast, who: str) -> None:
    client = enter(getattr(cast, who))
    got = {name: client.get(url).status_code for name, url in addresses(cast).items()}
    assert got == EXPECTED[who]


def test_a_visitor_is_sent_to_sign_in_and_back(cast: Cast) -> None:
    for url in addresses(cast).values():
        answer = Client().get(url)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{reverse('account_login')}?next={url}"


def test_names_full_of_markup_are_shown_as_text(cast: Cast) -> None:
    User.objects.filter(id=cast.member.id).update(name="<script>alert(1)</script>")
    page = enter(cast.chen).get(reverse("people:members", args=[cast.lotus.id])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_settings_are_saved_and_shape_the_next_page(cast: Cast) -> None:
    client = enter(cast.chen)
    answer = client.post(
        reverse("people:settings"),
        {"name": "Chen Wei", "zone": "Europe/Oslo", "language": "nb", "theme": "dark"},
    )
    assert answer.status_code == 302
    page = client.get(reverse("people:settings"))
    assert page.headers["Content-Language"] == "nb"
    assert 'data-theme="dark" data-keys="off"' in page.content.decode()


def test_a_zone_nobody_knows_is_said_beside_the_field(cast: Cast) -> None:
    answer = enter(cast.chen).post(
        reverse("people:settings"),
        {"name": "", "zone": "Mars/Olympus", "language": "en", "theme": "dark"},
    )
    assert answer.status_code == 200
    assert answer.content.decode().count('class="errors"') == 2


def test_the_theme_toggle_keeps_its_word(cast: Cast) -> None:
    client = enter(cast.chen)
    assert client.post(reverse("people:theme"), {"theme": "light"}).status_code == 204
    assert client.post(reverse("people:theme"), {"theme": "pink"}).status_code == 400
    assert User.objects.get(id=cast.chen.id).theme == "light"


def test_an_administrator_adds_somebody_who_gets_a_mail(cast: Cast) -> None:
    client = enter(cast.chen)
    url = reverse("people:members", args=[cast.lotus.id])
    values = {"name": "New Desk", "email": "desk@example.com", "role": "customer-member"}
    assert client.post(url, values).status_code == 302
    assert User.objects.get(email="desk@example.com").organisation_id == cast.lotus.id
    again = client.post(url, values)
    assert again.status_code == 400
    assert "desk@example.com” is already in use" in again.content.decode()


def test_a_member_cannot_post_what_they_cannot_see(cast: Cast) -> None:
    client = enter(cast.member)
    url = reverse("people:members", args=[cast.lotus.id])
    assert client.post(url, {"name": "X", "email": "x@example.com"}).status_code == 403
    for name in ("member", "member_off", "member_on"):
        assert client.post(reverse(f"people:{name}", args=[cast.chen.id])).status_code == 403
    assert cast.actor(cast.chen).roles == {"customer-administrator"}


def test_switching_off_signs_out(cast: Cast) -> None:
    theirs = enter(cast.member)
    assert theirs.get(reverse("people:settings")).status_code == 200
    enter(cast.chen).post(reverse("people:member_off", args=[cast.member.id]))
    assert theirs.get(reverse("people:settings")).status_code == 302


def test_other_rooms_put_panels_on_the_organisation(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hours(organisation_id: object, actor: Actor, now: datetime) -> Panel | None:
        return Panel(title=f"Hours for {actor.name}", html=SimpleNamespace(__html__=str))  # type: ignore[arg-type]

    monkeypatch.setattr(slots.organisation_panels, "_answers", [(0, 0, hours)])
    page = enter(cast.aiko).get(reverse("people:organisation", args=[cast.lotus.id]))
    assert "Hours for Aiko Sato" in page.content.decode()


def test_the_actor_costs_at_most_five_queries(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    user = User.objects.get(id=cast.aiko.id)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        queries.actor_for(user)
