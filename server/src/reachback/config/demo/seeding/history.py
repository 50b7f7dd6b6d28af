"""Ninety days of cases, told through the same operations people use, at the times they happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - seeded: the same history on every machine
from uuid import UUID

from reachback.cases.operations import (
    NewCase,
    NewEntry,
    NewResolution,
    add_entry,
    assign,
    close,
    dispatch,
    open_case,
    resolve,
)
from reachback.config.demo.seeding.cast import Cast, Customer
from reachback.config.demo.seeding.subjects import AVOIDED_COSTS, COST_SOURCE, SUBJECTS, Subject
from reachback.kernel.actors import Actor, system

CASES = 200
DAYS = 90
SEED = 20261122
STILL_OPEN = 14  # the newest ones, so that the queue has something in it
FIRST_ANSWER = (
    "Thank you, we see it too and are on it.",
    "We have taken a first look and will be back within the hour.",
    "A technician is looking at it now.",
)


class History:
    """Writes the sample cases; everything it makes is marked `sample`."""

    def __init__(self, cast: Cast, actors: dict[str, Actor], now: datetime) -> None:
        self.cast = cast
        self.actors = actors
        self.now = now
        self.chance = Random(SEED)  # noqa: S311 - a story, not a secret

    def write(self, devices: dict[UUID, list[tuple[UUID, str]]]) -> None:
        """Write all cases, oldest first; `devices` are those of each site."""
        span = DAYS * 24 * 3600
        ages = sorted((self.chance.random() ** 1.1 * span for _ in range(CASES)), reverse=True)
        for index, age in enumerate(ages):
            opened = self.now - timedelta(seconds=age + 120)
            self.case(opened, devices, leave_open=index >= CASES - STILL_OPEN)

    def case(
        self, opened: datetime, devices: dict[UUID, list[tuple[UUID, str]]], *, leave_open: bool
    ) -> None:
        """Write one case from its opening to its end."""
        # Nothing urgent is left open: the story's own alert comes to the top of the queue.
        subjects = [s for s in SUBJECTS if s.priority > 1] if leave_open else SUBJECTS
        subject = self.chance.choice(subjects)
        customer = self.chance.choice(self.cast.samples)
        case_id = self.open(subject, customer, opened, devices)
        technician = self.chance.choice(("tomas", "aiko"))
        actor = self.actors[technician]
        after = opened + timedelta(minutes=self.chance.uniform(2, 25))
        if leave_open and self.chance.random() < 0.35:
            return
        dispatch(actor=self.actors["maya"], now=after, case_id=case_id, team_id=self.cast.team)
        after += timedelta(minutes=self.chance.uniform(1, 15))
        if after >= self.now:
            return
        assign(actor=actor, now=after, case_id=case_id, assignee_id=self.cast.agents[technician])
        words = self.chance.choice(FIRST_ANSWER)
        waiting = leave_open and self.chance.random() < 0.3
        entry = NewEntry(kind="message", body=words, wait=waiting)
        after += timedelta(minutes=self.chance.uniform(1, 20))
        if after >= self.now:
            return
        add_entry(actor=actor, now=after, case_id=case_id, entry=entry)
        if not leave_open:
            self.finish(subject, case_id, actor, after)

    def open(
        self,
        subject: Subject,
        customer: Customer,
        opened: datetime,
        devices: dict[UUID, list[tuple[UUID, str]]],
    ) -> UUID:
        """Open the case as it came in."""
        site, _name = self.chance.choice(customer.sites)
        machine = self.chance.choice(devices.get(site) or [(None, "")])
        contact, name = self.chance.choice(customer.contacts)
        speaker = system("Reachback" if subject.channel == "alert" else name)
        case = NewCase(
            organisation_id=customer.id,
            subject=subject.title,
            channel=subject.channel,
            body=subject.words,
            site_id=site,
            contact_id=contact,
            priority=subject.priority,
            why="sample history",
            category=subject.category,
            device_id=machine[0],
            device_name=machine[1],
            sample=True,
        )
        return open_case(actor=speaker, now=opened, case=case).case_id

    def finish(self, subject: Subject, case_id: UUID, actor: Actor, after: datetime) -> None:
        """Resolve and close it, with what was avoided and who recorded that."""
        minutes = subject.minutes * self.chance.uniform(0.4, 2.2)
        done = min(after + timedelta(minutes=minutes), self.now - timedelta(seconds=90))
        avoided = subject.avoided if self.chance.random() < 0.8 else "none"
        cost, currency = AVOIDED_COSTS.get(avoided, (0, ""))
        resolution = NewResolution(
            cause=subject.cause,
            action=subject.action,
            alternative=avoided,
            alternative_cost=Decimal(cost) if avoided != "none" else None,
            currency=currency,
            cost_source=COST_SOURCE if avoided != "none" else "",
        )
        resolve(actor=actor, now=done, case_id=case_id, resolution=resolution)
        later = done + timedelta(days=2)
        if later < self.now:
            close(actor=self.actors["system"], now=later, case_id=case_id)
