"""The report's figures from a small history, who sees which rows, and what a page costs."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reachback.cases.tests.factory import NOW, World
from reachback.insight import figures, queries
from reachback.insight.durations import spread
from reachback.insight.errors import MayNotReport
from reachback.insight.figures import Money
from reachback.insight.period import last_days
from reachback.insight.queries import Choice, Report
from reachback.insight.tests.history import (
    HOSTILE,
    answer,
    browser,
    hold_session,
    resolve,
    write,
)
from reachback.kernel import clock

WEEK = last_days(7, now=NOW, zone=ZoneInfo("UTC"))
HOUR = timedelta(hours=1)


def read(world: World, name: str = "maya", **choice: object) -> Report:
    wanted = Choice(period=WEEK)
    return queries.report(world.actor(name), replace(wanted, **choice), now=NOW)  # type: ignore[arg-type]


def test_savings_are_added_per_currency_from_resolutions_in_force(world: World) -> None:
    write(world, NOW)
    found = read(world)
    assert figures.saved(found.savings) == (
        Money("CNY", Decimal("1000.00")),
        Money("EUR", Decimal("455.50")),
    )
    kinds = {kind.alternative: (kind.count, kind.saved) for kind in figures.avoided(found.savings)}
    assert kinds == {
        "truck_roll": (2, (Money("CNY", Decimal(1000)), Money("EUR", Decimal("420.50")))),
        "call_back": (1, (Money("EUR", Decimal(30)),)),
        "escalation": (1, (Money("EUR", Decimal(5)),)),
    }


def test_each_saving_names_its_cost_source_and_who_recorded_it(world: World) -> None:
    write(world, NOW)
    for row in read(world).savings:
        assert row.source == "contract annex 3"
        assert row.recorded_by in {"Tomás Rivera", "Aiko Sato"}
    by_subject = {row.case.subject: row for row in read(world).savings}
    assert by_subject["B"].recorded_by == "Aiko Sato"
    assert set(by_subject) == {"A", "B", "E", "G"}


def test_first_answers_stand_to_their_targets(world: World) -> None:
    write(world, NOW)
    found = read(world)
    states = {row.case.subject: row.state for row in found.answers}
    assert states == {
        "A": "in_time", "B": "late", "C": "waiting", "D": "overdue", "E": "in_time",
        "F": "unpromised",
    }  # fmt: skip
    answering = figures.answering(found.answers)
    assert (answering.opened, answering.judged, answering.percent) == (6, 4, 50)
    used = {row.case.subject: (row.took, row.target) for row in found.answers}
    assert used["A"] == (HOUR, 4 * HOUR)
    assert used["E"] == (timedelta(minutes=15), timedelta(minutes=15))


def test_time_to_resolve_by_priority(world: World) -> None:
    write(world, NOW)
    found = read(world)
    lines = {line.priority: line.resolving for line in figures.by_priority((), found.resolved)}
    # priority 3: 2 h, 6 h, 10 h and 100 days less an hour
    assert (lines[3].count, lines[3].median) == (4, 8 * HOUR)
    assert lines[3].p90 == timedelta(days=100) - HOUR
    assert (lines[1].count, lines[1].median, lines[1].p90) == (1, HOUR, HOUR)
    assert spread([row.took for row in found.resolved]).median == 6 * HOUR


def test_samples_are_counted_and_left_out_with_one_switch(world: World) -> None:
    write(world, NOW)
    hold_session(world, began=NOW - HOUR, minutes=5, case_id=None, sample=True)
    both, recorded = read(world), read(world, samples=False)
    assert both.has_samples
    assert not recorded.has_samples
    assert Counter(row.case.sample for row in both.answers) == {False: 5, True: 1}
    assert "D" not in {row.case.subject for row in recorded.answers}
    assert (len(both.sessions), len(recorded.sessions)) == (1, 0)


def test_one_customer_is_only_that_customer(world: World) -> None:
    write(world, NOW)
    other = read(world, organisation_id=world.other.id)
    assert {row.case.subject for row in (*other.answers, *other.resolved)} == {"F"}
    assert other.savings == ()


def test_sessions_are_those_that_began_in_the_time(world: World) -> None:
    case = world.open("S", now=NOW - HOUR)
    hold_session(world, began=NOW - HOUR, minutes=12, case_id=case.id)
    hold_session(world, began=NOW - timedelta(minutes=5), minutes=None, case_id=None)
    hold_session(world, began=NOW - timedelta(days=30), minutes=3, case_id=None)
    found = read(world).sessions
    assert [row.length for row in found] == [None, timedelta(minutes=12)]
    assert [row.case.number if row.case else None for row in found] == [None, case.number]
    assert found[1].technician == "Tomás Rivera"


def test_customers_read_their_own_and_agents_only_the_customers_they_may_see(
    world: World,
) -> None:
    write(world, NOW)
    hold_session(world, began=NOW - HOUR, minutes=5, case_id=None)
    lotus, other = read(world, "wei"), read(world, "baker")
    assert {row.case.customer for row in (*lotus.answers, *lotus.resolved)} == {"Lotus Hotels"}
    assert {row.case.customer for row in (*other.answers, *other.resolved)} == {"Other Bakery"}
    assert (len(lotus.sessions), len(other.sessions)) == (1, 0)
    assert read(world, "wei", organisation_id=world.other.id).is_empty
    world.users["aiko"].every_customer = False
    world.users["aiko"].save()
    assert read(world, "aiko").is_empty


def test_an_administrator_of_one_site_reads_that_site(world: World) -> None:
    write(world, NOW)
    wei = replace(world.actor("wei"), site_ids=frozenset({world.bergen.id}))
    found = queries.report(wei, Choice(period=WEEK), now=NOW)
    assert {row.case.subject for row in found.resolved} == {"B"}
    assert {row.case.subject for row in found.answers} == {"B"}


def test_members_may_not_read_reports(world: World) -> None:
    wei = replace(world.actor("wei"), roles=frozenset({"customer-member"}))
    with pytest.raises(MayNotReport):
        queries.report(wei, Choice(period=WEEK), now=NOW)


@pytest.mark.parametrize(
    ("who", "desk", "portal"),
    [("maya", 200, 403), ("auditor", 200, 403), ("aiko", 200, 403), ("wei", 403, 200)],
)
def test_each_side_has_its_own_report(world: World, who: str, desk: int, portal: int) -> None:
    write(world, clock.now())
    client = browser(world, who)
    for address, status in (("/reports/", desk), ("/portal/reports/", portal)):
        assert client.get(address).status_code == status
        assert client.get(f"{address}savings.csv").status_code == status
    assert Client(headers={"host": "ops.localhost"}).get("/reports/").status_code == 302


def test_the_page_says_the_answer_first_and_links_every_row(world: World) -> None:
    write(world, clock.now())
    page = browser(world, "maya").get("/reports/?days=7").content.decode()
    said = page.index("which would have cost")
    assert said < page.index('<svg class="chart"')
    assert "<strong>2 truck rolls, 1 call-back and 1 escalation</strong>" in page
    assert "<strong>CNY 1,000.00</strong> + <strong>EUR 455.50</strong>" in page
    assert 'href="/cases/1/"' in page
    assert "of these is sample" not in page  # no saving is, only a case without one
    assert "sample data is counted" in page
    left_out = browser(world, "maya").get("/reports/?days=7&sample=no").content.decode()
    assert "sample data left out" in left_out
    portal = browser(world, "wei").get("/portal/reports/").content.decode()
    assert 'href="/portal/cases/1/"' in portal
    assert "Other Bakery" not in portal


def test_an_unknown_customer_or_table_is_not_found(world: World) -> None:
    maya = browser(world, "maya")
    for wrong in ("nobody", "01900000-0000-7000-8000-000000000009"):
        assert maya.get("/reports/", {"customer": wrong}).status_code == 404
    assert maya.get("/reports/everything.csv").status_code == 404
    assert maya.get("/reports/?days=12").status_code == 200
    world.users["aiko"].every_customer = False
    world.users["aiko"].save()
    assert browser(world, "aiko").get(f"/reports/?customer={world.lotus.id}").status_code == 404


def test_the_download_has_the_same_rows(world: World) -> None:
    write(world, clock.now())
    answered = browser(world, "maya").get("/reports/savings.csv?days=7")
    assert "attachment" in answered["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answered.content.decode())))
    assert {(row["subject"], row["cost"], row["currency"]) for row in rows} == {
        ("A", "420.50", "EUR"),
        ("B", "1000.00", "CNY"),
        ("E", "30.00", "EUR"),
        ("G", "5.00", "EUR"),
    }


def test_an_empty_report_teaches(world: World) -> None:
    page = browser(world, "maya").get("/reports/").content.decode()
    assert "estimates nothing" in page
    assert '<svg class="chart"' not in page


def test_hostile_words_are_shown_not_run(world: World) -> None:
    now = clock.now()
    case = world.open(HOSTILE, now=now - HOUR)
    answer(world, case.id, at=now - HOUR)
    page = browser(world, "maya").get("/reports/").content.decode()
    assert "<img" not in page
    assert "\u202e" not in page


def test_a_page_costs_the_same_however_much_happened(world: World) -> None:
    maya, now = browser(world, "maya"), clock.now()
    write(world, now)
    costs = []
    for round_ in range(2):
        maya.get("/reports/")
        with CaptureQueriesContext(connection) as asked:
            assert maya.get("/reports/").status_code == 200
        costs.append(len(asked))
        for place in range(10 if round_ == 0 else 0):
            case = world.open(f"more {place}", now=now - HOUR)
            hold_session(world, began=now - HOUR, minutes=3, case_id=case.id)
            resolve(world, case.id, at=now - HOUR / 2, alternative="call_back", cost="1")
    assert costs[0] == costs[1] <= 16
