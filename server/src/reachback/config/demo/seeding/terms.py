"""What Northstar promised: calendars, service levels, and who is entitled to which."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from reachback.agreements.operations import create_service_level, entitle
from reachback.agreements.terms import Targets
from reachback.calendars.business import BusinessCalendar
from reachback.calendars.closures import Closures
from reachback.calendars.hours import ALWAYS, read_week
from reachback.calendars.operations import create_calendar
from reachback.config.demo.seeding.cast import Cast
from reachback.kernel.actors import Actor

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = dict.fromkeys(DAYS, "08:00-12:00, 12:30-16:30")
CHECKS = (("guest registration", 1), ("*", 3))


def minutes(*three: int) -> Targets:
    """Targets from minutes: first response, next response, resolve."""
    first, following, done = (timedelta(minutes=value) for value in three)
    return Targets(first_response=first, next_response=following, resolve=done)


GOLD = {
    1: minutes(15, 30, 240),
    2: minutes(30, 60, 480),
    3: minutes(120, 240, 1440),
    4: minutes(480, 960, 4320),
}
STANDARD = {
    1: minutes(30, 60, 480),
    2: minutes(60, 120, 960),
    3: minutes(240, 480, 2400),
    4: minutes(480, 960, 4800),
}


def promise(actor: Actor, now: datetime, cast: Cast) -> None:
    """Make calendars and service levels; Lotus has Gold round the clock, the others office
    hours.
    """
    started = now - timedelta(days=120)
    always = create_calendar(
        actor=actor, now=now, name="Round the clock", calendar=BusinessCalendar("UTC", ALWAYS)
    )
    office = create_calendar(
        actor=actor,
        now=now,
        name="Oslo office hours",
        calendar=BusinessCalendar("Europe/Oslo", read_week(OFFICE), Closures("NO")),
    )
    levels: dict[str, UUID] = {}
    for name, calendar, targets in (("Gold", always, GOLD), ("Standard", office, STANDARD)):
        levels[name] = create_service_level(
            actor=actor,
            now=now,
            name=name,
            calendar_id=calendar,
            targets=targets,
            checks=CHECKS,
            remote_team_id=cast.team,
        )
    for customer in (cast.lotus, *cast.samples):
        entitle(
            actor=actor,
            now=now,
            organisation_id=customer.id,
            service_level_id=levels["Standard" if customer.sample else "Gold"],
            starts=started,
            sample=customer.sample,
        )
