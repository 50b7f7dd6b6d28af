"""Facts reach every subscriber once in our records, and failures stay visible."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from reachback.kernel import facts, leases, worker
from reachback.kernel.models import Delivery, FactRow, Number
from reachback.kernel.numbers import next_number
from reachback.kernel.transactions import TransactionRequired

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class LampWentOut(facts.Fact):
    KIND = "tests.lamp_went_out"
    lamp_id: UUID
    at: datetime
    rooms: tuple[str, ...] = ()
    by: UUID | None = None


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[LampWentOut, UUID]] = []
        self.fails = 0

    def __call__(self, fact: LampWentOut, /, *, fact_id: UUID, now: datetime) -> None:
        next_number("tests.heard")
        if self.fails:
            self.fails -= 1
            msg = "the listener stumbled"
            raise RuntimeError(msg)
        self.heard.append((fact, fact_id))


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    facts.subscribe(LampWentOut, name="tests.listener", handler=one)
    yield one
    facts.unsubscribe("tests.listener")


def lamp(now: datetime) -> LampWentOut:
    return LampWentOut(lamp_id=uuid4(), at=now, rooms=("lobby", "desk"))


def test_a_fact_reaches_its_subscriber_with_every_field_intact(
    listener: Listener, now: datetime
) -> None:
    fact = lamp(now)
    with transaction.atomic():
        fact_id = facts.publish(fact, now=now)
    assert worker.run_due(now=now) == 1
    assert listener.heard == [(fact, fact_id)]
    assert worker.run_due(now=now) == 0
    assert Delivery.objects.get().state == Delivery.State.DONE


def test_a_rolled_back_fact_was_never_there(listener: Listener, now: datetime) -> None:
    with transaction.atomic():
        facts.publish(lamp(now), now=now)
        transaction.set_rollback(True)
    assert FactRow.objects.count() == 0
    assert worker.run_due(now=now) == 0


def test_a_failed_handler_leaves_no_effect_and_is_tried_again_later(
    listener: Listener, now: datetime
) -> None:
    listener.fails = 1
    with transaction.atomic():
        facts.publish(lamp(now), now=now)
    worker.run_due(now=now)
    row = Delivery.objects.get()
    assert row.state == Delivery.State.WAITING
    assert "stumbled" in row.last_error
    assert not Number.objects.filter(kind="tests.heard").exists()
    assert worker.run_due(now=now) == 0
    assert worker.run_due(now=now + timedelta(seconds=1)) == 1
    assert len(listener.heard) == 1


def test_poison_stops_after_the_last_attempt_and_stays_visible(
    listener: Listener, now: datetime
) -> None:
    listener.fails = 1_000
    with transaction.atomic():
        facts.publish(lamp(now), now=now)
    at = now
    for _ in range(leases.ATTEMPTS):
        worker.run_due(now=at)
        at += timedelta(hours=1)
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (Delivery.State.FAILED, leases.ATTEMPTS)
    listener.fails = 0
    assert leases.retry_failed(Delivery, now=at) == 1
    assert worker.run_due(now=at) == 1
    assert len(listener.heard) == 1


def test_a_worker_that_lost_its_lease_changes_nothing(listener: Listener, now: datetime) -> None:
    with transaction.atomic():
        facts.publish(lamp(now), now=now)
    (slow,) = leases.claim(Delivery, now=now, limit=1)
    assert leases.claim(Delivery, now=now, limit=1) == []
    (quick,) = leases.claim(Delivery, now=now + leases.LEASE, limit=1)
    facts.deliver(quick, now=now)
    with pytest.raises(leases.LeaseLost):
        facts.deliver(slow, now=now)
    assert len(listener.heard) == 1


def test_a_subscriber_that_is_gone_is_reported_and_its_fact_kept(
    listener: Listener, now: datetime
) -> None:
    with transaction.atomic():
        facts.publish(lamp(now), now=now)
    facts.unsubscribe("tests.listener")
    worker.run_due(now=now)
    assert "no subscriber is called tests.listener" in Delivery.objects.get().last_error


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(TransactionRequired):
        facts.publish(lamp(now), now=now)
