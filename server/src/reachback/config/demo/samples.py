"""The sample history: whether it is there, and removing it in one click."""

from __future__ import annotations

from datetime import datetime

from reachback.agreements.operations.remove_samples import remove_samples as remove_promises
from reachback.cases.operations.remove_samples import remove_samples as remove_cases
from reachback.devices.operations.remove_samples import remove_samples as remove_devices
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback.people.operations.remove_samples import remove_samples as remove_people


def present(actor: Actor) -> bool:
    """Whether any sample customer is left."""
    return people.customers(actor).filter(sample=True).exists()


def remove(actor: Actor, now: datetime) -> int:
    """Remove cases, then devices, then organisations that are samples; return how many cases."""
    count = remove_cases(actor=actor, now=now)
    remove_devices(actor=actor, now=now)
    remove_promises(actor=actor, now=now)
    remove_people(actor=actor, now=now)
    return count
