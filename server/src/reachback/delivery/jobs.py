"""Attempts: a timer says when, the world is spoken to outside any transaction, the row remembers.

A due timer counts the attempt and sets a watchdog under the same key *in one transaction*, and only
after its commit the transport speaks. A process killed in between leaves the watchdog, which tries
again: at least once to the world, one row in our records, never silently lost.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, transaction

from reachback.delivery.facts import DeliveryFailed
from reachback.delivery.models import Address, Channel, Delivery
from reachback.delivery.transports import Accepted, Later, Outcome, Refused, push, smtp
from reachback.kernel import clock, facts, tenancy, timers

TIMER: Final = "delivery.attempt"
SIGN_IN: Final = "sign-in"
WATCHDOG: Final = timedelta(minutes=2)
GIVE_UP_AFTER: Final = timedelta(days=3)
DELAYS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60, 120, 240))
_ANSWER_LENGTH: Final = 500
_EVERYBODY: Final = "an attempt is made for whomever the message is"

_log = logging.getLogger(__name__)


class Carriers:
    """Threads that speak to slow servers, so that timers of other rooms never wait for one.

    Until `start`, messages are carried in the caller's thread: commands and tests.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def start(self, threads: int = 2) -> None:
        """Start carrying in the background; called where the worker starts."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(threads, thread_name_prefix="delivery")

    def stop(self) -> None:
        """Finish what is being carried; what waits is tried again by its watchdog."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def carry(self, delivery_id: UUID, attempt: int) -> None:
        """Make one attempt."""
        if self._pool is None:
            perform(delivery_id, attempt)
            return
        self._pool.submit(_in_thread, delivery_id, attempt).add_done_callback(_report)


carriers: Final = Carriers()


def _in_thread(delivery_id: UUID, attempt: int) -> None:
    close_old_connections()
    try:
        perform(delivery_id, attempt)
    finally:
        close_old_connections()


def _report(done: "Future[None]") -> None:
    error = None if done.cancelled() else done.exception()
    if error is not None:
        _log.error("an attempt broke; its watchdog tries again", exc_info=error)


def timer_key(delivery_id: UUID) -> str:
    """One timer per delivery: scheduling the next replaces it."""
    return f"delivery:{delivery_id}"


def schedule(row: Delivery, *, due: datetime, now: datetime) -> None:
    """Say when the next attempt is."""
    payload = {"delivery": str(row.id)}
    timers.schedule(kind=TIMER, key=timer_key(row.id), due=due, payload=payload, now=now)


def attempt_due(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    """A timer is due: count the attempt, leave a watchdog, speak after the commit."""
    with tenancy.every_organisation(reason=_EVERYBODY):
        row = Delivery.objects.select_for_update().get(id=UUID(payload["delivery"]))
        if row.state != Delivery.State.WAITING:
            return
        row.attempts += 1
        row.last_attempt_at = now
        row.next_attempt_at = now + WATCHDOG
        row.save(update_fields=["attempts", "last_attempt_at", "next_attempt_at"])
    schedule(row, due=now + WATCHDOG, now=now)
    attempt, delivery_id = row.attempts, row.id
    transaction.on_commit(lambda: carriers.carry(delivery_id, attempt))


def perform(delivery_id: UUID, attempt: int) -> None:
    """Speak to the world and write down what it said. Must run outside a transaction."""
    with tenancy.every_organisation(reason=_EVERYBODY):
        row = Delivery.objects.get(id=delivery_id)
        if row.state != Delivery.State.WAITING:
            return
        outcome = _speak(row)
        settle(row.id, attempt, outcome, now=clock.now())


def _speak(row: Delivery) -> Outcome:
    if row.channel == Channel.EMAIL:
        return smtp.send(row)
    address = Address.objects.filter(
        person_id=row.person_id, channel=row.channel, value=row.address, gone_at=None
    ).first()
    if address is None:
        return Refused("the browser is no longer subscribed")
    contact = f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    return push.send(row, address, subject=contact)


def settle(delivery_id: UUID, attempt: int, outcome: Outcome, *, now: datetime) -> None:
    """Write down the outcome of an attempt; a stale failure does not disturb a newer attempt."""
    with (
        transaction.atomic(),
        tenancy.every_organisation(reason=_EVERYBODY),
    ):
        row = Delivery.objects.select_for_update().get(id=delivery_id)
        if row.state != Delivery.State.WAITING:
            return
        row.answer = outcome.answer[:_ANSWER_LENGTH]
        if isinstance(outcome, Accepted):
            _finish(row, Delivery.State.DELIVERED, now)
        elif isinstance(outcome, Refused):
            _fail(row, outcome, now)
        elif row.attempts == attempt:
            _try_later(row, outcome, now)


def _try_later(row: Delivery, outcome: Later, now: datetime) -> None:
    if now - row.created_at >= GIVE_UP_AFTER:
        _fail(row, outcome, now)
        return
    row.next_attempt_at = now + DELAYS[min(row.attempts, len(DELAYS)) - 1]
    row.save(update_fields=["answer", "next_attempt_at"])
    schedule(row, due=row.next_attempt_at, now=now)


def _fail(row: Delivery, outcome: Refused | Later, now: datetime) -> None:
    if isinstance(outcome, Refused) and outcome.address_gone:
        Address.objects.filter(
            person_id=row.person_id, channel=row.channel, value=row.address
        ).update(gone_at=now)
    _finish(row, Delivery.State.FAILED, now)
    facts.publish(
        DeliveryFailed(
            delivery_id=row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            kind=row.kind,
            reason=row.answer,
        ),
        now=now,
    )


def _finish(row: Delivery, state: Delivery.State, now: datetime) -> None:
    row.state = state
    row.finished_at = now
    row.next_attempt_at = None
    if row.kind == SIGN_IN:  # it carries a secret link, of no use to anybody but a thief now
        row.text = row.html = ""
    row.save()
    timers.cancel(key=timer_key(row.id), now=now)
