"""On-demand mode: in contact at stated times, when an alert must be told, and as long as needed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from link_front import Front
from lotus_device import Device

from reachback_connector import contact
from reachback_connector.contact import Plan
from reachback_connector.errors import UsageError

FAR = {"every": 86_400, "for": 1}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_next_contact_is_the_next_time_on_the_wall_of_its_zone() -> None:
    plan = Plan(at=("03:10", "15:00"), zone="Asia/Shanghai")
    assert plan.wait(at("2026-11-22T19:00:00")) == 600
    assert plan.wait(at("2026-11-22T19:10:00")) == 3_600 * 11 + 50 * 60
    assert Plan(every=21_600).wait(at("2026-11-22T19:00:00")) == 21_600


def test_a_clock_change_moves_a_contact_and_loses_none() -> None:
    plan = Plan(at=("02:30",), zone="Europe/Berlin")  # 29 March 2026: 02:30 is skipped
    assert plan.wait(at("2026-03-28T02:00:00")) == 23.5 * 3_600
    assert plan.wait(at("2026-10-24T23:00:00")) == 1.5 * 3_600


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"every": 60, "at": ["03:10"]},
        {"every": 60, "for": 60},
        {"every": True},
        {"every": 0},
        {"at": []},
        {"at": ["24:00"]},
        {"at": ["03:10"], "zone": "Nowhere/Land"},
        {"every": 3_600, "often": 1},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_a_sentence(value: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        contact.read(value)


async def test_the_administrator_sets_and_reads_the_plan(device: Device, front: Front) -> None:
    assert (await device.enrol(front, front.customer))[0] == 0
    status, out, _ = await device.command("contact")
    assert (status, out) == (0, "This device holds its link all the time.\n")
    ask = ("contact", "--at", "03:10", "--zone", "Asia/Shanghai", "--for", "10m")
    status, out, _ = await device.command(*ask)
    assert status == 0
    assert "daily at 03:10 (Asia/Shanghai) for 10 min" in out
    kept = json.loads((device.state / "contact.json").read_text())
    assert kept == {"at": ["03:10"], "zone": "Asia/Shanghai", "for": 600.0}
    status, _, err = await device.command("contact", "--every", "5m", "--for", "6m")
    assert (status, "shorter" in err) == (2, True)
    assert (await device.command("contact", "--always"))[0] == 0
    assert not (device.state / "contact.json").exists()


def plan(device: Device, value: dict[str, object], checks: list[dict[str, object]] | None) -> None:
    (device.state / "contact.json").write_text(json.dumps(value))
    if checks is not None:
        (device.state / "checks.json").write_text(json.dumps({"every": 1, "checks": checks}))


def said(front: Front) -> list[str]:
    return [r["state"] for r in front.reports if r.get("kind") == "contact"]


async def resting(front: Front, times: int = 1) -> None:
    """The device has said so often that it leaves, and it has left."""
    await front.until(lambda: said(front).count("resting") >= times)
    await front.until(lambda: front.left >= times)


async def test_a_device_leaves_after_its_contact_and_comes_again(
    front: Front, device: Device
) -> None:
    assert (await device.enrol(front, front.customer))[0] == 0
    plan(device, {"every": 3, "for": 1}, None)
    await device.run()
    await resting(front)
    report = next(r for r in front.reports if r.get("state") == "resting")
    assert report["in"] == 3_000
    inventory = next(r for r in front.results if "hostname" in r)
    assert inventory["contact"] == {"every": 3.0, "for": 1.0}
    await resting(front, 2)
    assert front.links == 2
    assert said(front) == ["here", "resting", "here", "resting"]


async def test_a_check_that_changes_its_answer_dials_out_at_once(
    front: Front, device: Device, tmp_path: Path
) -> None:
    watched = tmp_path / "booking.ini"
    watched.write_text("port = 8443\n")
    assert (await device.enrol(front, front.customer))[0] == 0
    check = {"name": "booking", "kind": "file-digest", "path": str(watched), "sha256": "last-good"}
    plan(device, FAR, [check])
    await device.run()
    await resting(front)
    watched.write_text("port = 8444\n")
    await front.until(lambda: any(r.get("state") == "failed" for r in front.results))
    assert front.links == 2
    await resting(front, 2)


async def test_a_device_stays_while_a_session_is_open_and_leaves_after_it(
    front: Front, device: Device
) -> None:
    assert (await device.enrol(front, front.customer))[0] == 0
    front.documents = front.customer.documents()
    plan(device, {"every": 86_400, "for": 5}, None)
    await device.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 3)
    grant = front.customer.sealed_grant(front.nonces[0])
    word, value = await front.open(grant, front.customer.wish())
    assert word == "opened", value
    front.type(b"sleep 8; echo $((6*7))\n")
    await front.sees(b"42")
    assert "resting" not in said(front)
    front.type(b"exit\n")
    await front.until(lambda: front.channels[16].closed is not None)
    await resting(front)
    assert front.links == 1
