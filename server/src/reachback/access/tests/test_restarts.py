"""A session and its device's restart: asked for under the contract, waited for, told in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reachback.access import operations, queries
from reachback.access.errors import AccessRefused
from reachback.access.models import AccessSession
from reachback.access.recordings import restarts, words
from reachback.access.recordings.story import Story
from reachback.access.tests.conftest import SYSTEM, World
from reachback.access.web.restarting import restart_of
from reachback.cases.models import Case, Entry
from reachback_wire import documents as wire
from reachback_wire.documents.contract import DAYS

pytestmark = pytest.mark.django_db
NIGHT = wire.When("Asia/Shanghai", (wire.Window(tuple(DAYS), "23:00", "05:00"),))


def _publish(world: World, when: wire.When | None = None) -> None:
    shell = world.contract().clauses[0]
    restart = wire.Clause(
        2, (wire.Capability("reboot"),), wire.Who(teams=("Remote team",)), when=when
    )
    world.publish(replace(world.contract(), clauses=(shell, restart)))


def _event(made: operations.Connected, number: int, kind: str, **more: Any) -> dict[str, Any]:
    key = f"{made.session_id}.{number}"
    return {"id": f"{kind}-{number}", "kind": kind, "channel": key, **more}


def _tell(world: World, made: operations.Connected, *events: dict[str, Any]) -> None:
    operations.record_events(now=world.now, session_id=made.session_id, events=events)


def _state(made: operations.Connected) -> str:
    return str(AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id).state)


def test_a_grant_for_a_restart_is_good_for_one(world: World) -> None:
    _publish(world)
    made = world.connect(world.open_case(), capability="reboot")
    grant = wire.Grant.parse(made.grant["body"])
    assert (grant.capabilities, grant.uses) == (("reboot",), 1)
    assert queries.session(world.actor("tomas"), made.session_id).run_as == ""


def test_a_restart_outside_the_window_is_refused_with_the_hours(world: World) -> None:
    _publish(world, NIGHT)
    local = world.now.astimezone(ZoneInfo("Asia/Shanghai"))
    assert 5 <= local.hour < 23
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case(), capability="reboot")
    assert refused.value.code == "outside-window"
    assert "23:00 to 05:00" in refused.value.sentence


def test_the_session_waits_for_its_device_and_goes_on(
    world: World, data_folder: Path, deliver_due: Callable[[datetime], int]
) -> None:
    _publish(world)
    made = world.connect(world.open_case())
    _tell(world, made, _event(made, 1, "opened"))
    _tell(world, made, _event(made, 1, "ended", code="rebooting"))
    assert _state(made) == "live"
    assert Case.objects.visible_to(SYSTEM).get().live_session
    _tell(world, made, _event(made, 2, "opened"))
    deliver_due(world.now + timedelta(hours=2))
    assert _state(made) == "live"
    _tell(world, made, _event(made, 2, "ended", code="closed"))
    assert _state(made) == "ended"
    assert Entry.objects.visible_to(SYSTEM).filter(kind="session").count() == 1


def test_a_session_to_which_nobody_comes_back_ends_by_itself(
    world: World, data_folder: Path, deliver_due: Callable[[datetime], int]
) -> None:
    _publish(world)
    made = world.connect(world.open_case())
    _tell(world, made, _event(made, 1, "opened"), _event(made, 1, "ended", code="rebooted"))
    deliver_due(world.now + timedelta(minutes=44))
    assert _state(made) == "live"
    deliver_due(world.now + timedelta(minutes=46))
    assert _state(made) == "ended"
    assert not Case.objects.visible_to(SYSTEM).get().live_session


def test_a_waiting_session_is_ended_by_its_technician(world: World, data_folder: Path) -> None:
    _publish(world)
    made = world.connect(world.open_case())
    _tell(world, made, _event(made, 1, "opened"), _event(made, 1, "ended", code="rebooted"))
    operations.end_session(actor=world.actor("tomas"), now=world.now, session_id=made.session_id)
    assert _state(made) == "ended"


def test_a_lost_channel_and_a_restart_of_its_own_end_their_sessions(
    world: World, data_folder: Path
) -> None:
    _publish(world)
    case = world.open_case()
    made = world.connect(case)
    _tell(world, made, _event(made, 1, "opened"), _event(made, 1, "ended", code="channel-lost"))
    assert _state(made) == "ended"
    asked = world.connect(case, capability="reboot")
    _tell(world, asked, _event(asked, 1, "opened"), _event(asked, 1, "ended", code="rebooting"))
    assert _state(asked) == "ended"


def test_the_page_knows_whether_and_how_long(world: World) -> None:
    _publish(world)
    made = world.connect(world.open_case())
    tomas = world.actor("tomas")
    found = queries.session(tomas, made.session_id)
    told = restart_of(tomas, found, world.now, mine=True)
    assert (told["allowed"], told["usual"], told["limit"]) == (True, None, 300)
    assert "restart the device" in told["sentence"]
    watching = restart_of(tomas, found, world.now, mine=False)
    assert set(watching) == {"usual", "limit"}


def test_a_contract_without_restarts_offers_none(world: World) -> None:
    world.publish()
    made = world.connect(world.open_case())
    tomas = world.actor("tomas")
    found = queries.session(tomas, made.session_id)
    assert "url" not in restart_of(tomas, found, world.now, mine=True)


def test_a_restart_is_told_in_words(world: World) -> None:
    about = words.Session(
        technician="Tomás Rivera",
        device="lijiang-frontdesk",
        run_as="",
        clause=2,
        zone="UTC",
        started=world.now,
        ended=world.now,
    )
    asked = Story(kind="reboot", exit={"status": None, "signal": None, "reason": "rebooting"})
    found = words.sentences(about, [asked])
    assert found[0].startswith("Tomás Rivera asked to restart lijiang-frontdesk at ")
    assert "went down" in found[1]
    assert restarts.asked([Story(kind="reboot")]) == ["How it ended is not known."]
    hostile = Story(kind="reboot", exit={"reason": ["rebooting"]})
    assert restarts.asked([hostile]) == ["How it ended is not known."]
    shell = Story(kind="shell", exit={"status": None, "signal": None, "reason": "rebooting"})
    assert "The device was restarted meanwhile." in words.sentences(about, [shell])
