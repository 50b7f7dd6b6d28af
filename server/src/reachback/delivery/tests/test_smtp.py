import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.db import transaction
from pytest_django import Settings

from reachback.delivery import jobs, operations, queries
from reachback.delivery.facts import DeliveryFailed
from reachback.delivery.models import Delivery
from reachback.kernel import clock, facts
from reachback.people.models import User
from reachback.people.queries import actor_for

from .conftest import SYSTEM, Mailbox

Run = Callable[[datetime], int]


def post(person: User, now: datetime, key: str = "k1", text: str = "Hello") -> Delivery:
    (row,) = operations.send(
        actor=SYSTEM,
        now=now,
        person_id=person.id,
        kind="case.answered",
        subject="Your case\nBcc: thief@example.com",
        text=text,
        html="<p>Hello</p>",
        idempotency_key=key,
    )
    return row


def again(row: Delivery) -> Delivery:
    return Delivery.objects.visible_to(SYSTEM).get(id=row.id)


def test_an_accepted_mail_is_delivered_once_with_a_recognisable_id(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    row = post(chen, now)
    assert row.state == "waiting"
    deliver_due(now)
    row = again(row)
    assert (row.state, row.attempts, row.finished_at) == ("delivered", 1, now)
    mail = message_from_bytes(mailbox.messages[0], policy=policy.default)
    assert mail["Message-ID"] == f"<{row.id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "chen@lotus.example"
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Your case Bcc: thief@example.com"
    deliver_due(now + timedelta(days=1))
    assert len(mailbox.messages) == 1


def test_the_same_key_is_the_same_delivery(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    assert post(chen, now).id == post(chen, now, text="Hello again").id
    deliver_due(now)
    assert len(mailbox.messages) == 1


def test_a_permanent_refusal_fails_and_is_told_as_a_fact(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    told: list[DeliveryFailed] = []

    def hear(fact: DeliveryFailed, *, fact_id: object, now: datetime) -> None:
        told.append(fact)

    facts.subscribe(DeliveryFailed, name="tests.delivery_failed", handler=hear)
    mailbox.answers = ["550 No such mailbox"]
    row = post(chen, now)
    deliver_due(now)
    facts.unsubscribe("tests.delivery_failed")
    row = again(row)
    assert (row.state, row.answer) == ("failed", "550 No such mailbox")
    assert [fact.delivery_id for fact in told] == [row.id]
    assert mailbox.messages == []


def test_a_temporary_failure_is_tried_again_with_the_same_row(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    mailbox.answers = ["451 Greylisted, come back"]
    row = post(chen, now)
    deliver_due(now)
    row = again(row)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.answer == "451 Greylisted, come back"
    assert row.next_attempt_at == now + jobs.DELAYS[0]
    deliver_due(now + jobs.DELAYS[0] - timedelta(seconds=1))
    assert mailbox.messages == []
    deliver_due(now + jobs.DELAYS[0])
    assert (again(row).state, again(row).attempts) == ("delivered", 2)
    assert len(mailbox.messages) == 1


def test_a_refused_password_of_ours_is_not_the_persons_fault(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    mailbox.answers = ["530 Authentication required"]
    row = post(chen, now)
    deliver_due(now)
    assert again(row).state == "waiting"


def test_a_server_that_is_down_is_tried_again_and_given_up_after_three_days(
    chen: User,
    now: datetime,
    settings: Settings,
    deliver_due: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = now + jobs.GIVE_UP_AFTER
    with socket.socket() as silent:  # bound and never listening: nobody else can answer there
        silent.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        row = post(chen, now)
        deliver_due(now)
        assert again(row).state == "waiting"
        assert "ConnectionRefusedError" in again(row).answer
        monkeypatch.setattr(clock, "now", lambda: late)
        deliver_due(late)
    assert (again(row).state, again(row).attempts) == ("failed", 2)


def test_a_process_killed_between_commit_and_attempt_leaves_a_watchdog(
    chen: User,
    now: datetime,
    mailbox: Mailbox,
    deliver_due: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = post(chen, now)
    with monkeypatch.context() as killed:
        killed.setattr(jobs.carriers, "carry", lambda *_: None)
        deliver_due(now)
    assert (again(row).state, again(row).attempts) == ("waiting", 1)
    deliver_due(now + jobs.WATCHDOG)
    assert (again(row).state, again(row).attempts) == ("delivered", 2)


def test_a_rolled_back_wish_sends_nothing(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    with transaction.atomic():
        post(chen, now)
        transaction.set_rollback(True)
    deliver_due(now)
    assert mailbox.messages == []


def test_what_a_person_does_not_want_leaves_a_row_and_no_mail(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run
) -> None:
    actor = actor_for(chen)
    assert actor is not None
    operations.prefer(actor=actor, now=now, kind="case.answered", channel="email", wanted=False)
    row = post(chen, now)
    deliver_due(now)
    assert again(row).state == "unwanted"
    assert mailbox.messages == []
    assert [d.id for d in queries.deliveries(actor)] == [row.id]


def test_sign_in_mail_is_a_delivery_and_its_secret_goes_when_it_is_done(
    chen: User, now: datetime, mailbox: Mailbox, deliver_due: Run, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "reachback.delivery.backend.DeliveryBackend"
    send_mail("Set your password", "https://x/secret-token", None, [chen.email])
    row = Delivery.objects.visible_to(SYSTEM).get()
    assert (row.person_id, row.kind) == (chen.id, "sign-in")
    deliver_due(now)
    assert b"secret-token" in mailbox.messages[0]
    assert again(row).text == ""


def test_without_a_server_the_mail_is_kept_as_a_file(
    chen: User, now: datetime, settings: Settings, deliver_due: Run, data_folder: Path
) -> None:
    settings.EMAIL_HOST = ""
    row = post(chen, now)
    deliver_due(now)
    assert "Hello" in (data_folder / "mail" / f"{row.id}.eml").read_text()
    assert again(row).state == "delivered"
