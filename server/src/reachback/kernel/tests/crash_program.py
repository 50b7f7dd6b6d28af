"""A program that dies: publishes facts and timers, works on them, counts what became of them.

Run by path with `prepare N`, `work` or `count`; the database is named by the environment. Each
effect prints a line *before* it writes, so that whoever watches can kill it in the middle.
"""

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reachback.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from reachback.kernel import bells, clock, facts, leases, timers, worker  # noqa: E402
from reachback.kernel.models import Delivery, FactRow, Timer  # noqa: E402

EFFECT = "tests.effect"


@dataclass(frozen=True, kw_only=True)
class Rang(facts.Fact):
    KIND = "tests.rang"
    number: int


def effect(of: UUID) -> None:
    sys.stdout.write(f"{of}\n")
    sys.stdout.flush()
    FactRow.objects.create(kind=EFFECT, payload={"of": str(of)}, published_at=clock.now())


def hear(fact: Rang, /, *, fact_id: UUID, now: datetime) -> None:
    effect(fact_id)


def fire(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    effect(timer_id)


def prepare(count: int) -> None:
    call_command("migrate", "kernel", verbosity=0)  # nothing else is needed to work
    now = clock.now()
    with transaction.atomic():
        for number in range(count):
            facts.publish(Rang(number=number), now=now)
            timers.schedule(kind="tests.ring", key=str(number), due=now, payload={}, now=now)


def waiting() -> bool:
    return any(model.objects.filter(state="waiting").exists() for model in (Delivery, Timer))


def work() -> None:
    if connection.vendor == "sqlite":
        leases.release_all(Delivery)
        leases.release_all(Timer)
    crew = worker.Worker(lease=timedelta(seconds=1))
    crew.start()
    bell = bells.bell("tests.never")
    while waiting():
        bell.sleep(since=bell.rings, seconds=0.05)
    crew.stop()


def count() -> None:
    effects = Counter(row.payload["of"] for row in FactRow.objects.filter(kind=EFFECT))
    states = Counter(
        state
        for model in (Delivery, Timer)
        for state in model.objects.values_list("state", flat=True)
    )
    sys.stdout.write(json.dumps({"effects": effects, "states": states}))


if __name__ == "__main__":
    facts.subscribe(Rang, name="tests.hear", handler=hear)
    timers.handle("tests.ring", fire)
    {"prepare": lambda: prepare(int(sys.argv[2])), "work": work, "count": count}[sys.argv[1]]()
