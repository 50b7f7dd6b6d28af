"""The deliveries page and everybody's own preferences."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from reachback.audit.models import AuditRow
from reachback.delivery import errors, operations, queries, slots
from reachback.delivery.jobs import SIGN_IN
from reachback.delivery.models import Channel, Delivery
from reachback.delivery.operations.send import Letter, queue
from reachback.delivery.slots import MessageKind
from reachback.delivery.web.agents import browser_name
from reachback.delivery.web.sentences import sentence
from reachback.kernel import nudges, tenancy
from reachback.people import operations as people
from reachback.people.models import User
from reachback.people.queries import actor_for

from .conftest import SYSTEM, Mailbox

HOSTILE = "<script>alert(1)</script>"


def enter(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def maya(chen: User, now: datetime) -> User:
    provider = people.create_organisation(
        actor=SYSTEM, now=now, kind="provider", name="Northstar Managed Systems"
    )
    return people.create_user(
        actor=SYSTEM,
        now=now,
        organisation_id=provider.id,
        email="maya@northstar.example",
        name="Maya Lindqvist",
        roles=["operations-manager"],
    )


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer() -> list[MessageKind]:
        return [
            MessageKind(kind="device.alert", label="Alerts", about=HOSTILE),
            MessageKind(kind="rota", label="Rota", about="", audience="provider"),
        ]

    monkeypatch.setattr(slots.message_kinds, "_answers", [(0, 0, answer)])


def send(person: User, now: datetime, key: str = "one") -> Delivery:
    (row,) = operations.send(
        actor=SYSTEM,
        now=now,
        person_id=person.id,
        kind="device.alert",
        subject=f"Registration does not answer {HOSTILE}",
        text="Lijiang",
        idempotency_key=key,
        href="/cases/1/",
    )
    return row


def again(row: Delivery) -> Delivery:
    found: Delivery = Delivery.objects.visible_to(SYSTEM).get(id=row.id)
    return found


def test_a_refused_mail_is_explained_and_tried_again(
    chen: User,
    maya: User,
    now: datetime,
    mailbox: Mailbox,
    deliver_due: Callable[[datetime], int],
) -> None:
    mailbox.answers = [f"550 no such user {HOSTILE}"]
    row = send(chen, now)
    deliver_due(now)
    assert again(row).state == "failed"
    client = enter(maya)
    page = client.get(reverse("delivery:deliveries")).content.decode()
    assert "refused this address for good" in page
    assert "<script>alert" not in page
    assert "Chen Wei · chen@lotus.example" in page
    client.post(reverse("delivery:try_again", args=[row.id]))
    assert (again(row).state, again(row).finished_at) == ("waiting", None)
    assert AuditRow.objects.filter(action="delivery.tried_again").count() == 1
    deliver_due(again(row).next_attempt_at or now)
    assert (again(row).state, again(row).attempts) == ("delivered", 2)
    answer = client.post(reverse("delivery:try_again", args=[row.id]), follow=True)
    assert "it arrived" in answer.content.decode()


def test_a_finished_sign_in_mail_is_not_sent_again_without_its_link(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Callable[[datetime], int]
) -> None:
    mailbox.answers = ["550 no"]
    letter = Letter(kind=SIGN_IN, subject="Set your password", text="https://x.test/secret")
    with transaction.atomic(), tenancy.every_organisation(reason="a test's mail"):
        row = queue(
            letter=letter,
            channel=Channel.EMAIL,
            address=chen.email,
            person=(chen.id, chen.organisation_id),
            key="mail:1",
            now=now,
        )
    deliver_due(now)
    with pytest.raises(errors.SecretIsGone):
        operations.try_again(actor=SYSTEM, now=now, delivery_id=row.id)


@pytest.mark.parametrize(
    ("channel", "state", "answer", "words"),
    [
        ("email", "waiting", "", "On its way"),
        ("email", "waiting", "ConnectionRefusedError: [Errno 111]", "cannot be reached"),
        ("email", "waiting", "451 greylisted", "tried again by itself"),
        ("email", "waiting", "535 bad password", "name and password"),
        ("email", "failed", "552 full", "mailbox is full"),
        ("email", "delivered", "accepted by x", "Taken by the mail server"),
        ("email", "unwanted", "", "do not want"),
        ("push", "failed", "410 gone", "not subscribed any more"),
        ("push", "waiting", "503 busy", "tried again by itself"),
        ("push", "waiting", "ConnectionError: x", "push service cannot be reached"),
        ("push", "failed", "the subscription is not usable: x", "not subscribed any more"),
        ("push", "failed", "400 what", "did not take it"),
    ],
)
def test_each_answer_becomes_a_sentence(channel: str, state: str, answer: str, words: str) -> None:
    assert words in str(sentence(Delivery(channel=channel, state=state, answer=answer)))


def test_the_list_is_narrowed_and_asks_few_questions(
    chen: User, maya: User, now: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(60):
        send(chen, now + timedelta(seconds=number), key=str(number))
    client, url = enter(maya), reverse("delivery:deliveries")
    client.get(url)
    with django_assert_max_num_queries(14):
        page = client.get(url).content.decode()
    assert page.count('id="delivery-') == 50
    assert client.get(url, {"page": "2"}).content.decode().count('id="delivery-') == 10
    for query, number in (
        ({"state": "failed"}, 0),
        ({"q": "chen@lotus"}, 50),
        ({"q": "nobody"}, 0),
        ({"state": "hostile", "page": "-1"}, 10),
    ):
        assert client.get(url, query).content.decode().count('id="delivery-') == number, query


def test_preferences_are_kept_per_kind_and_way(
    chen: User, now: datetime, kinds: None, mailbox: Mailbox
) -> None:
    client, url = enter(chen), reverse("delivery:preferences")
    page = client.get(url).content.decode()
    assert "Alerts" in page
    assert "Rota" not in page  # the provider's
    assert HOSTILE not in page
    client.post(url, {"device.alert:page": "on"})
    actor = actor_for(chen)
    assert actor is not None
    assert queries.unwanted(actor) == {("device.alert", "push"), ("device.alert", "email")}
    assert send(chen, now).state == "unwanted"
    client.post(url, {"device.alert:email": "on", "unknown:email": "on"})
    assert queries.unwanted(actor) == {("device.alert", "push"), ("device.alert", "page")}
    assert send(chen, now, key="two").state == "waiting"


def test_an_open_page_is_told_once_unless_it_is_not_wanted(
    chen: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[nudges.Nudge] = []
    monkeypatch.setattr(nudges, "publish", told.append)
    send(chen, now)
    send(chen, now)
    assert [nudge.audience for nudge in told] == [{f"user:{chen.id}"}]
    actor = actor_for(chen)
    assert actor is not None
    operations.prefer(actor=actor, now=now, kind="device.alert", channel="page", wanted=False)
    send(chen, now, key="two")
    assert len(told) == 1


def test_the_worker_may_serve_every_page_and_is_never_stale(client: Client, db: None) -> None:
    answer = client.get("/worker.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert b"showNotification" in answer.content


def test_a_browser_is_named_as_people_call_it() -> None:
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    assert browser_name(chrome) == "Chrome on Linux"
    assert browser_name("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0") == "Firefox on Windows"
    assert browser_name(HOSTILE) == "a browser on a device"
