"""Who learns that somebody wrote, besides those who have the page open."""

from collections.abc import Callable
from datetime import datetime

from reachback.cases.notices import ANSWERED, CUSTOMER_WROTE
from reachback.cases.operations import NewEntry, add_entry, assign
from reachback.cases.tests.factory import NOW, SYSTEM, World
from reachback.delivery import operations as delivery
from reachback.delivery import queries


def written(world: World, by: str, kind: str = "message") -> int:
    """Chen Wei's case is Tomás'; `by` writes on it. Returns its number."""
    case = world.open(by=world.actor("wei"), requester_id=world.users["wei"].id)
    assign(actor=SYSTEM, now=NOW, case_id=case.id, assignee_id=world.users["tomas"].id)
    entry = NewEntry(kind=kind, body="words nobody between should read")
    add_entry(actor=world.actor(by), now=NOW, case_id=case.id, entry=entry)
    return case.number


def test_the_requester_learns_of_an_answer_and_of_no_note(
    world: World, deliver_due: Callable[[datetime], int]
) -> None:
    number = written(world, "tomas")
    written(world, "tomas", kind="note")
    deliver_due(NOW)
    row = queries.deliveries(SYSTEM).get(kind=ANSWERED)
    assert row.person_id == world.users["wei"].id
    assert row.href == f"/portal/cases/{number}/"
    assert "nobody between" not in row.text + row.subject


def test_whose_case_it_is_learns_that_the_customer_wrote(
    world: World, deliver_due: Callable[[datetime], int]
) -> None:
    number = written(world, "wei")
    deliver_due(NOW)
    row = queries.deliveries(SYSTEM).get(kind=CUSTOMER_WROTE)
    assert (row.person_id, row.href) == (world.users["tomas"].id, f"/cases/{number}/")


def test_who_does_not_want_it_is_left_alone(
    world: World, deliver_due: Callable[[datetime], int]
) -> None:
    for channel in ("email", "push"):
        delivery.prefer(
            actor=world.actor("wei"), now=NOW, kind=ANSWERED, channel=channel, wanted=False
        )
    written(world, "tomas")
    deliver_due(NOW)
    assert queries.deliveries(SYSTEM).get(kind=ANSWERED).state == "unwanted"
