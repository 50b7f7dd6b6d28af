"""Timers fire once, when due, and can be moved and cancelled."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from reachback.kernel import leases, timers, worker
from reachback.kernel.models import Timer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Kettle:
    def __init__(self) -> None:
        self.whistled: list[dict[str, Any]] = []

    def __call__(self, payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
        self.whistled.append(payload)
        if payload.get("again"):
            timers.schedule(
                kind="tests.kettle", key="kettle", due=now + HOUR, payload={"n": 2}, now=now
            )


@pytest.fixture
def kettle() -> Iterator[Kettle]:
    one = Kettle()
    timers.handle("tests.kettle", one)
    yield one
    timers.unhandle("tests.kettle")


def schedule(now: datetime, due: datetime, **payload: Any) -> None:
    with transaction.atomic():
        timers.schedule(kind="tests.kettle", key="kettle", due=due, payload=payload, now=now)


def test_a_timer_fires_when_due_and_not_before(kettle: Kettle, now: datetime) -> None:
    schedule(now, now + HOUR, n=1)
    assert worker.run_due(now=now) == 0
    assert leases.next_due(Timer, now=now) == now + HOUR
    assert worker.run_due(now=now + HOUR) == 1
    assert worker.run_due(now=now + 2 * HOUR) == 0
    assert kettle.whistled == [{"n": 1}]


def test_scheduling_the_same_key_again_moves_the_timer(kettle: Kettle, now: datetime) -> None:
    schedule(now, now + HOUR, n=1)
    schedule(now, now + 2 * HOUR, n=9)
    assert worker.run_due(now=now + HOUR) == 0
    assert worker.run_due(now=now + 2 * HOUR) == 1
    assert kettle.whistled == [{"n": 9}]


def test_a_handler_may_set_its_own_timer_again(kettle: Kettle, now: datetime) -> None:
    schedule(now, now, again=True)
    assert worker.run_due(now=now) == 1
    assert worker.run_due(now=now + HOUR) == 1
    assert kettle.whistled == [{"again": True}, {"n": 2}]


def test_a_timer_cancelled_after_its_claim_does_not_fire(kettle: Kettle, now: datetime) -> None:
    schedule(now, now, n=1)
    (held,) = leases.claim(Timer, now=now, limit=1)
    with transaction.atomic():
        assert timers.cancel(key="kettle", now=now)
    with pytest.raises(leases.LeaseLost):
        timers.fire(held, now=now)
    assert kettle.whistled == []


def test_the_delay_after_failures_grows_and_is_bounded() -> None:
    delays = [leases.delay_after(n).total_seconds() for n in range(1, 14)]
    assert delays[:4] == [1, 2, 4, 8]
    assert delays[-1] == 1800
    assert delays == sorted(delays)
