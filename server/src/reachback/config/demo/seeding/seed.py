"""Seed an empty installation once: cast, promises, machines, history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from reachback.config.demo.places import Places
from reachback.config.demo.seeding import cast, machines, scripts, terms
from reachback.config.demo.seeding.history import History
from reachback.kernel import clock
from reachback.kernel.actors import Actor, system
from reachback.people import queries as people

SEEDER = system("demo seeding")


def seed_once() -> bool:
    """Seed unless a provider exists; return whether anything was written."""
    if people.provider() is not None:
        return False
    now = clock.now()
    before = now - timedelta(days=100)
    provider, team, agents = cast.provider(SEEDER, before)
    lotus = cast.lotus(SEEDER, before)
    samples = cast.sample_customers(SEEDER, before)
    everybody = cast.Cast(provider, team, agents, lotus, samples)
    terms.promise(SEEDER, before, everybody)
    service = Places(Path(settings.REACHBACK_DATA)).service
    scripts.place(SEEDER, before, provider, service)
    placed = machines.place(SEEDER, now, samples)
    History(everybody, _actors(), now).write(placed)
    return True


def _actors() -> dict[str, Actor]:
    """Return the people of the history as actors."""
    found: dict[str, Actor] = {"system": SEEDER}
    for person in people.agents(SEEDER):
        actor = people.actor_for(person)
        if actor is not None:
            found[person.email.split("@")[0]] = actor
    return found
