"""The life of a case through its operations."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from reachback.audit.models import AuditRow
from reachback.cases import operations, queries
from reachback.cases.errors import BadEntry, CannotUndo, CaseNotFound, MayNot, WrongState
from reachback.cases.models import Case, Entry
from reachback.cases.operations import NewEntry, NewResolution
from reachback.cases.tests.factory import DEVICE, NOW, SYSTEM, World
from reachback.kernel.models import FactRow
from reachback.people.errors import NoSuchPerson

MINUTE = timedelta(minutes=1)
TRIP = NewResolution(
    cause="The file was edited at the desk",
    action="Put the file back and restarted the service",
    alternative="truck_roll",
    alternative_cost=Decimal(420),
    currency="eur",
    cost_source="Northstar price list 2026, Lijiang",
)


def entries(case: Case) -> list[Entry]:
    return queries.timeline(SYSTEM, case.id)


def test_an_alert_opens_one_case_with_all_that_is_known(world: World) -> None:
    earlier = world.open("Printer", now=NOW - timedelta(days=9), device_id=DEVICE)
    alert = world.raised()
    operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
    case = Case.objects.visible_to(SYSTEM).get(alert_id=alert.alert_id)
    assert (case.site_id, case.device_id, case.device_name) == (
        world.lijiang.id, DEVICE, "lijiang-frontdesk",
    )  # fmt: skip
    assert case.priority == 1
    assert case.priority_why == (
        "Gold, round the clock: guest-registration is priority 1, first response 15 min."
    )
    assert case.due_at == NOW + 15 * MINUTE
    assert case.suggested_team_id == world.remote.id
    (first,) = entries(case)
    assert first.kind == "alert"
    assert first.data["changed"] == list(alert.changed)
    assert [each["number"] for each in first.data["history"]] == [earlier.number]


def test_the_same_check_joins_the_open_case_and_opens_a_new_one_when_it_is_finished(
    world: World,
) -> None:
    first = world.raised()
    operations.open_from_alert(first, fact_id=first.alert_id, now=NOW)
    operations.open_from_alert(first, fact_id=first.alert_id, now=NOW)
    again = world.raised(at=NOW + MINUTE)
    operations.open_from_alert(again, fact_id=again.alert_id, now=NOW + MINUTE)
    case = Case.objects.visible_to(SYSTEM).get(device_id=DEVICE)
    assert [entry.kind for entry in entries(case)] == ["alert", "alert"]
    operations.resolve(
        actor=world.actor("tomas"), now=NOW + 2 * MINUTE, case_id=case.id, resolution=TRIP
    )
    third = world.raised(at=NOW + 3 * MINUTE)
    operations.open_from_alert(third, fact_id=third.alert_id, now=NOW + 3 * MINUTE)
    assert Case.objects.visible_to(SYSTEM).filter(device_id=DEVICE).count() == 2


def test_the_database_itself_refuses_a_second_open_case_for_a_check(world: World) -> None:
    world.open(device_id=DEVICE, check_name="disk")
    with pytest.raises(IntegrityError), transaction.atomic():
        world.open(device_id=DEVICE, check_name="disk")


def test_a_second_check_of_the_same_device_joins_the_open_case_and_says_so(world: World) -> None:
    first = world.raised()
    operations.open_from_alert(first, fact_id=first.alert_id, now=NOW)
    second = world.raised(at=NOW + MINUTE, check_name="disk", sentence="The disk is full.")
    for _ in range(2):
        operations.open_from_alert(second, fact_id=second.alert_id, now=NOW + MINUTE)
    case = Case.objects.visible_to(SYSTEM).get(device_id=DEVICE)
    assert [entry.body for entry in entries(case) if entry.kind == "alert"] == [
        first.sentence,
        "disk failed, too: The disk is full.",
    ]
    well = world.recovered(first, at=NOW + 2 * MINUTE)
    operations.recover_from_alert(well, fact_id=first.alert_id, now=NOW + 2 * MINUTE)
    assert world.read(case.id).proposal is None
    assert "still failing: disk" in entries(case)[-1].data["sentence"]
    well = world.recovered(second, at=NOW + 3 * MINUTE)
    operations.recover_from_alert(well, fact_id=second.alert_id, now=NOW + 3 * MINUTE)
    assert world.read(case.id).proposal is not None


def test_a_second_check_opens_its_own_case_when_the_first_one_s_is_finished(world: World) -> None:
    first = world.raised()
    operations.open_from_alert(first, fact_id=first.alert_id, now=NOW)
    case = Case.objects.visible_to(SYSTEM).get(device_id=DEVICE)
    operations.resolve(actor=world.actor("tomas"), now=NOW, case_id=case.id, resolution=TRIP)
    second = world.raised(check_name="disk")
    operations.open_from_alert(second, fact_id=second.alert_id, now=NOW + MINUTE)
    assert Case.objects.visible_to(SYSTEM).filter(device_id=DEVICE).count() == 2


def test_a_suspected_clone_and_an_outage_never_share_a_case(world: World) -> None:
    clone = world.raised(check_name="clone or stolen key", kind="clone")
    outage = world.raised(check_name="disk")
    another = world.raised(check_name="clone or stolen key", kind="clone")
    for alert in (clone, outage, another):
        operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
    assert Case.objects.visible_to(SYSTEM).filter(device_id=DEVICE).count() == 2


def test_a_check_that_matters_more_makes_the_joined_case_more_urgent(world: World) -> None:
    first = world.raised()
    operations.open_from_alert(first, fact_id=first.alert_id, now=NOW)
    case = Case.objects.visible_to(SYSTEM).get(device_id=DEVICE)
    operations.set_priority(actor=world.actor("tomas"), now=NOW, case_id=case.id, priority=4)
    second = world.raised(check_name="disk")
    operations.open_from_alert(second, fact_id=second.alert_id, now=NOW + MINUTE)
    assert world.read(case.id).priority < 4


def test_a_recovered_check_proposes_resolution_and_leaves_the_decision(world: World) -> None:
    alert = world.raised()
    operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
    well = world.recovered(alert, at=NOW + 9 * MINUTE)
    operations.recover_from_alert(well, fact_id=alert.alert_id, now=NOW + 9 * MINUTE)
    case = Case.objects.visible_to(SYSTEM).get(alert_id=alert.alert_id)
    assert case.status == "new"
    assert case.proposal is not None
    assert "recovered" in case.proposal["sentence"]
    assert [entry.data.get("state") for entry in entries(case)] == ["raised", "recovered", None]


def test_a_recovery_of_a_finished_case_changes_nothing(world: World) -> None:
    alert = world.raised()
    operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
    case = Case.objects.visible_to(SYSTEM).get(alert_id=alert.alert_id)
    operations.resolve(actor=world.actor("tomas"), now=NOW, case_id=case.id, resolution=TRIP)
    version = world.read(case.id).version
    operations.recover_from_alert(world.recovered(alert, at=NOW), fact_id=alert.alert_id, now=NOW)
    assert world.read(case.id).version == version


def test_resolving_needs_cause_action_and_a_sourced_saving(world: World) -> None:
    case, tomas = world.open(), world.actor("tomas")
    for field, broken in {
        "cause": {"cause": " "},
        "action": {"action": ""},
        "alternative": {"alternative": "magic"},
        "alternative_cost": {"alternative_cost": None},
        "currency": {"currency": "€"},
        "cost_source": {"cost_source": ""},
    }.items():
        given = NewResolution(**{**_fields(TRIP), **broken})
        with pytest.raises(BadEntry) as caught:
            operations.resolve(actor=tomas, now=NOW, case_id=case.id, resolution=given)
        assert caught.value.data["field"] == field
    operations.resolve(actor=tomas, now=NOW, case_id=case.id, resolution=TRIP)
    kept = queries.resolution(SYSTEM, case.id)
    assert kept is not None
    assert (kept.alternative_cost, kept.currency) == (Decimal(420), "EUR")
    assert kept.recorded_by_name == "Tomás Rivera"
    with pytest.raises(WrongState):
        operations.resolve(actor=tomas, now=NOW, case_id=case.id, resolution=TRIP)


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "-1", "1e30"])
def test_a_cost_that_is_no_amount_is_refused(world: World, cost: str) -> None:
    case = world.open()
    given = NewResolution(**{**_fields(TRIP), "alternative_cost": Decimal(cost)})
    with pytest.raises(BadEntry):
        operations.resolve(actor=world.actor("tomas"), now=NOW, case_id=case.id, resolution=given)


def test_dispatch_takes_one_call_and_one_undo(world: World) -> None:
    case, maya = world.open(), world.actor("maya")
    entry = operations.dispatch(actor=maya, now=NOW, case_id=case.id, team_id=world.remote.id)
    assert entry is not None
    assert (world.read(case.id).team_id, world.read(case.id).status) == (world.remote.id, "open")
    again = operations.dispatch(actor=maya, now=NOW, case_id=case.id, team_id=world.remote.id)
    assert again is None
    operations.undo(actor=maya, now=NOW + MINUTE, case_id=case.id, entry_id=entry)
    assert (world.read(case.id).team_id, world.read(case.id).status) == (None, "new")
    with pytest.raises(CannotUndo):
        operations.undo(actor=maya, now=NOW + MINUTE, case_id=case.id, entry_id=entry)


def test_undo_is_refused_to_others_too_late_and_after_the_case_went_on(world: World) -> None:
    case, maya, aiko = world.open(), world.actor("maya"), world.actor("aiko")
    entry = operations.assign(actor=maya, now=NOW, case_id=case.id, assignee_id=aiko.id)
    assert entry is not None
    with pytest.raises(CannotUndo):
        operations.undo(actor=aiko, now=NOW, case_id=case.id, entry_id=entry)
    with pytest.raises(CannotUndo):
        operations.undo(actor=maya, now=NOW + 11 * MINUTE, case_id=case.id, entry_id=entry)
    operations.assign(actor=aiko, now=NOW, case_id=case.id, assignee_id=maya.id)
    with pytest.raises(CannotUndo):
        operations.undo(actor=maya, now=NOW, case_id=case.id, entry_id=entry)


def test_an_undone_resolution_is_withdrawn_and_the_clock_goes_on(world: World) -> None:
    case, tomas = world.open(priority=1), world.actor("tomas")
    entry = operations.resolve(actor=tomas, now=NOW + 5 * MINUTE, case_id=case.id, resolution=TRIP)
    assert world.read(case.id).due_at is None
    operations.undo(actor=tomas, now=NOW + 6 * MINUTE, case_id=case.id, entry_id=entry)
    case = world.read(case.id)
    assert (case.status, case.is_open) == ("new", True)
    assert queries.resolution(SYSTEM, case.id) is None
    assert case.due_at == NOW + timedelta(hours=4, minutes=1)  # one resolved minute not counted


def test_an_undone_priority_puts_the_due_time_back(world: World) -> None:
    case, maya = world.open(), world.actor("maya")
    before = case.due_at
    entry = operations.set_priority(actor=maya, now=NOW + MINUTE, case_id=case.id, priority=1)
    assert entry is not None
    assert world.read(case.id).due_at == NOW + 15 * MINUTE
    operations.undo(actor=maya, now=NOW + 2 * MINUTE, case_id=case.id, entry_id=entry)
    assert world.read(case.id).due_at == before


def test_words_between_customer_and_agent_move_status_and_clocks(world: World) -> None:
    wei, tomas = world.actor("wei"), world.actor("tomas")
    case = world.open(by=wei, requester_id=wei.id)
    ask = NewEntry(kind="message", body="Which printer?", wait=True)
    operations.add_entry(actor=tomas, now=NOW + 10 * MINUTE, case_id=case.id, entry=ask)
    case = world.read(case.id)
    assert (case.status, case.due_at) == ("waiting", None)
    told = NewEntry(kind="message", body="The one in the lobby")
    operations.add_entry(actor=wei, now=NOW + 70 * MINUTE, case_id=case.id, entry=told)
    case = world.read(case.id)
    assert case.status == "open"
    assert case.due_clock == "next_response"
    assert case.due_at == NOW + 70 * MINUTE + timedelta(hours=8)
    assert (case.last_word, case.last_word_by) == ("The one in the lobby", "Chen Wei")


def test_a_customer_who_writes_on_a_resolved_case_opens_it_again(world: World) -> None:
    wei, tomas = world.actor("wei"), world.actor("tomas")
    case = world.open(by=wei)
    operations.resolve(actor=tomas, now=NOW, case_id=case.id, resolution=TRIP)
    words = NewEntry(kind="message", body="It broke again")
    operations.add_entry(actor=wei, now=NOW + MINUTE, case_id=case.id, entry=words)
    assert world.read(case.id).is_open


def test_a_closed_case_takes_no_more_words_of_a_customer(world: World) -> None:
    wei, tomas = world.actor("wei"), world.actor("tomas")
    case = world.open(by=wei)
    operations.resolve(actor=tomas, now=NOW, case_id=case.id, resolution=TRIP)
    operations.close(actor=wei, now=NOW, case_id=case.id)
    with pytest.raises(WrongState):
        operations.add_entry(
            actor=wei, now=NOW, case_id=case.id, entry=NewEntry(kind="message", body="x")
        )


def test_notes_are_hidden_from_customers_however_they_are_asked_for(world: World) -> None:
    tomas, wei = world.actor("tomas"), world.actor("wei")
    case = world.open(by=wei)
    note = NewEntry(kind="note", body="planted secret", visible_to_customer=True)
    operations.add_entry(actor=tomas, now=NOW, case_id=case.id, entry=note)
    assert "planted secret" not in [entry.body for entry in queries.timeline(wei, case.id)]
    with pytest.raises(MayNot):
        operations.add_entry(
            actor=wei, now=NOW, case_id=case.id, entry=NewEntry(kind="note", body="x")
        )


def test_nobody_acts_on_a_case_they_may_not_work(world: World) -> None:
    case = world.open()
    with pytest.raises(CaseNotFound):
        operations.assign(actor=world.actor("baker"), now=NOW, case_id=case.id, assignee_id=None)
    for name in ("wei", "auditor"):
        with pytest.raises(MayNot):
            operations.dispatch(
                actor=world.actor(name), now=NOW, case_id=case.id, team_id=world.remote.id
            )


def test_a_case_is_never_given_to_a_customer(world: World) -> None:
    case = world.open()
    with pytest.raises(NoSuchPerson):
        operations.assign(
            actor=world.actor("maya"), now=NOW, case_id=case.id,
            assignee_id=world.users["wei"].id,
        )  # fmt: skip


def test_each_change_is_one_version_one_audit_row_and_its_fact(world: World) -> None:
    case, maya = world.open(), world.actor("maya")
    operations.dispatch(actor=maya, now=NOW, case_id=case.id, team_id=world.remote.id)
    operations.resolve(actor=maya, now=NOW, case_id=case.id, resolution=TRIP)
    assert world.read(case.id).version == 3
    acts = AuditRow.objects.filter(subject_kind="case", subject_id=str(case.id))
    assert sorted(acts.values_list("action", flat=True)) == [
        "case.dispatched", "case.opened", "case.resolved",
    ]  # fmt: skip
    kinds = set(FactRow.objects.values_list("kind", flat=True))
    assert {"cases.opened", "cases.dispatched", "cases.resolved"} <= kinds


def test_hostile_words_are_kept_bounded_and_visible(world: World) -> None:
    case = world.open("\x1b[31m" + "<script>" * 60 + "\u202egnp.exe", body="a\x00b\r\nc")
    assert len(case.subject) <= 200
    assert "\x1b" not in case.subject
    assert entries(case)[0].body == "a\u2400b\nc"
    with pytest.raises(BadEntry):
        world.open("\x20\n")


def test_drafts_are_ones_own_and_go_when_sent(world: World) -> None:
    case, tomas = world.open(), world.actor("tomas")
    operations.save_draft(actor=tomas, now=NOW, case_id=case.id, kind="message", body="Dear")
    operations.save_draft(actor=tomas, now=NOW, case_id=case.id, kind="message", body="Dear Wei")
    assert queries.drafts(tomas, case.id) == {"message": "Dear Wei"}
    assert queries.drafts(world.actor("aiko"), case.id) == {}
    words = NewEntry(kind="message", body="Dear Wei, done.")
    operations.add_entry(actor=tomas, now=NOW, case_id=case.id, entry=words)
    assert queries.drafts(tomas, case.id) == {}


def _fields(resolution: NewResolution) -> dict[str, object]:
    return {name: getattr(resolution, name) for name in resolution.__dataclass_fields__}


def test_the_ids_in_the_log_are_the_ones_returned(world: World) -> None:
    case, maya = world.open(), world.actor("maya")
    entry = operations.set_priority(actor=maya, now=NOW, case_id=case.id, priority=2)
    assert isinstance(entry, UUID)
    assert entries(case)[-1].id == entry
