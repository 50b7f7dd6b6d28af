"""Service levels frozen as terms, and who is entitled to what."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback.agreements import terms
from reachback.agreements.models import KeptTerms, ServiceLevel
from reachback.agreements.operations import create_service_level, entitle, keep_terms
from reachback.agreements.queries import entitlement_for, kept_terms, sentence_for
from reachback.agreements.terms import Targets, Terms
from reachback.calendars.business import BusinessCalendar, always
from reachback.calendars.closures import Closures
from reachback.calendars.errors import NeverOpens
from reachback.calendars.hours import read_week
from reachback.calendars.operations import create_calendar
from reachback.kernel.actors import system
from reachback.people.models import Organisation, Site

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ACTOR = system("tests")
OSLO = BusinessCalendar(
    zone="Europe/Oslo",
    week=read_week({"monday": "08:00-16:00", "friday": "22:00-04:00"}),
    closures=Closures("NO", own={NOW.date(): "moving"}),
)
GOLD = Terms(
    name="Gold",
    calendar_name="24x7",
    calendar=OSLO,
    targets={1: Targets(first_response=timedelta(minutes=15))},
    checks=(("guest-*", 1), ("printer", 4)),
)


def level(name: str) -> ServiceLevel:
    calendar = create_calendar(actor=ACTOR, now=NOW, name=f"of {name}", calendar=always())
    pk = create_service_level(
        actor=ACTOR, now=NOW, name=name, calendar_id=calendar, targets=GOLD.targets
    )
    return ServiceLevel.objects.get(pk=pk)


def test_written_terms_read_back_the_same() -> None:
    assert terms.read(terms.write(GOLD)) == GOLD
    assert terms.read(terms.write(terms.best_effort())) == terms.best_effort()


def test_an_alert_takes_the_first_pattern_that_fits_then_its_severity() -> None:
    assert GOLD.alert_priority(check="Guest-Registration") == 1
    assert GOLD.alert_priority(check="printer", severity="critical") == 4
    assert GOLD.alert_priority(check="disk", severity="warning") == 3
    assert GOLD.alert_priority(check="disk", severity="unheard of") == 2


def test_the_sentence_says_why() -> None:
    assert GOLD.why(subject="guest registration", priority=1) == (
        "Gold, 24x7: guest registration is priority 1, first response 15 min."
    )
    assert GOLD.why(subject="lamp", priority=4) == "Gold, 24x7: lamp is priority 4."


@given(st.integers(0, 100_000))
def test_any_duration_has_words(minutes: int) -> None:
    assert terms.in_words(timedelta(minutes=minutes))


@pytest.mark.django_db
def test_equal_terms_are_kept_once() -> None:
    first = keep_terms(terms=GOLD, now=NOW)
    assert keep_terms(terms=GOLD, now=NOW) == first
    assert KeptTerms.objects.count() == 1
    assert kept_terms(first) == GOLD


@pytest.mark.django_db
def test_a_sites_entitlement_wins_and_an_ended_one_is_gone() -> None:
    lotus = Organisation(kind="customer", name="Lotus", slug="lotus")
    lotus.save()
    bergen = Site(organisation=lotus, name="Bergen")
    bergen.save()
    gold, silver = level("Gold"), level("Silver")
    ends = NOW + timedelta(days=1)
    asked = {"organisation_id": lotus.id, "site_id": bergen.id}
    assert not entitlement_for(**asked, now=NOW).found
    entitle(actor=ACTOR, now=NOW, organisation_id=lotus.id, service_level_id=silver.id)
    assert entitlement_for(**asked, now=NOW).terms.name == "Silver"
    entitle(
        actor=ACTOR, now=NOW, organisation_id=lotus.id, site_id=bergen.id,
        service_level_id=gold.id, ends=ends,
    )  # fmt: skip
    assert entitlement_for(**asked, now=NOW).terms.name == "Gold"
    assert entitlement_for(**asked, now=ends).terms.name == "Silver"
    assert entitlement_for(organisation_id=lotus.id, site_id=None, now=NOW).terms.name == "Silver"
    assert sentence_for(**asked, now=NOW) == "Gold, of Gold, until 2026-11-21."


@pytest.mark.django_db
def test_a_calendar_that_never_opens_cannot_be_stored() -> None:
    dead = BusinessCalendar(zone="UTC", week=((),) * 7)
    with pytest.raises(NeverOpens):
        create_calendar(actor=ACTOR, now=NOW, name="dead", calendar=dead)
