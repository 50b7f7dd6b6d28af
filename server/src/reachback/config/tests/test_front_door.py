"""The front learns who somebody is, and nobody else may ask."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from reachback.config.front_door import audience_of
from reachback.kernel import tenancy
from reachback.kernel.actors import Actor
from reachback.people.models import Organisation, User

pytestmark = pytest.mark.django_db
SECRET = {"X-Reachback-Front": "5e" * 32, "Host": "front.internal"}


@pytest.fixture
def maya() -> User:
    with tenancy.every_organisation(reason="a test makes its cast"):
        north = Organisation.objects.create(kind="provider", name="Northstar", slug="northstar")
        return get_user_model().objects.create(
            email="maya@northstar.example", name="Maya Lindqvist", organisation=north
        )


def ask(client: Client, cookie: str, headers: dict[str, str] = SECRET) -> tuple[int, dict]:
    answer = client.post(
        "/-/front/who",
        {"cookie": cookie, "host": "ops.localhost"},
        content_type="application/json",
        headers=headers,
    )
    return answer.status_code, answer.json()


def test_a_live_session_names_its_person_and_audience(maya: User) -> None:
    browser = Client()
    browser.force_login(maya)
    cookie = f"theme=dark; reachback_session={browser.session.session_key}"
    status, answer = ask(Client(), cookie)
    assert (status, answer["user"], answer["name"]) == (200, str(maya.id), "Maya Lindqvist")
    assert f"user:{maya.id}" in answer["audience"]
    maya.is_active = False
    maya.save()
    assert ask(Client(), cookie)[0] == 401


@pytest.mark.parametrize(
    "cookie", ["", "reachback_session=", "reachback_session=nobody", "\x00;=;"]
)
def test_a_cookie_of_nobody_answers_401(cookie: str) -> None:
    assert ask(Client(), cookie)[0] == 401


def test_without_the_secret_nothing_is_said(maya: User) -> None:
    wrong = {"X-Reachback-Front": "00" * 32, "Host": "front.internal"}
    assert ask(Client(), "", wrong) == (
        403,
        {"code": "not-the-front", "sentence": "Only the front may ask this."},
    )


def test_ready_says_that_the_database_answers() -> None:
    answer = Client().get("/-/front/ready", headers={"Host": "front.internal"})
    assert answer.json() == {"ready": True}


def test_a_live_update_reaches_nobody_who_may_not_see_all_it_may_carry() -> None:
    me, own, lotus = uuid4(), UUID(int=1), UUID(int=2)

    def keys(**more: object) -> list[str]:
        return audience_of(Actor(kind="person", id=me, name="x", organisation_id=own, **more))  # type: ignore[arg-type]

    assert keys(is_provider=True, customer_ids=None) == [f"org:{own}", "provider", f"user:{me}"]
    limited = keys(is_provider=True, customer_ids=frozenset({lotus}))
    both = [f"{word}:{each}" for word in ("org", "provider") for each in (own, lotus)]
    assert limited == [*both, f"user:{me}"]
    assert keys(customer_ids=frozenset({own}), site_ids=frozenset({uuid4()})) == [f"user:{me}"]
