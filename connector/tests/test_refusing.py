"""What a device refuses, whoever asks: the front here is the attacker with the stolen grant key."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from link_front import Front
from lotus_customer import HOUR, Customer, now
from lotus_device import Device

from reachback_wire.documents import Capability, Clause, seal
from reachback_wire.signing import PrivateKey


async def test_a_wrong_token_is_refused_in_a_sentence(front: Front, device: Device) -> None:
    status, _, err = await device.enrol(front, front.customer, token="stolen")
    assert (status, err.strip()) == (3, "The token is not known.")
    assert not (device.state / "connector.json").exists()


async def test_other_customer_keys_store_nothing_at_all(front: Front, device: Device) -> None:
    status, _, err = await device.enrol(front, front.customer, keys=Customer().fingerprint)
    assert status == 4
    assert "Nothing was stored" in err
    assert not device.state.exists() or not list(device.state.rglob("*"))


async def test_a_replayed_open_gets_its_first_answer_and_no_second_shell(
    front: Front, linked: Device
) -> None:
    grant, wish = front.customer.sealed_grant(front.nonces[0]), front.customer.wish()
    first = await front.open(grant, wish)
    again = await front.open(grant, wish)
    assert again == first
    assert len(linked.holders()) == 1
    front.customer.opens = 0
    word, value = await front.open(grant, front.customer.wish("s1.9"), ch=18)
    assert (word, value["code"]) == ("refused", "replayed")
    await front.until(lambda: any(r["kind"] == "denied" for r in front.reports))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"capabilities": ("shell.user", "reboot")}, "wider-than-contract"),
        ({"nonce": bytes(16)}, "wrong-nonce"),
        ({"issued": now() - 2 * HOUR, "expires": now() - HOUR}, "grant-expired"),
        ({"contract": "sha256:" + "0" * 64}, "contract-missing"),
    ],
)
async def test_a_grant_outside_the_contract_is_refused_and_reported(
    front: Front, linked: Device, changes: dict[str, object], code: str
) -> None:
    grant = front.customer.sealed_grant(**{"nonce": front.nonces[0], **changes})
    word, value = await front.open(grant, front.customer.wish())
    assert (word, value["code"], value["by"]) == ("refused", code, "device")
    await front.until(lambda: any(r["kind"] == "denied" for r in front.reports))
    assert not linked.holders()
    status, out, _ = await linked.command("receipts", "--json")
    found = json.loads(out)
    assert (status, found["fault"]) == (0, "")
    assert found["receipts"][-1]["note"] == f"refused shell: {code}"


async def test_another_user_is_refused_with_a_sentence(front: Front, linked: Device) -> None:
    parameters = {"run_as": "nobody-here", "columns": 80, "rows": 24, "term": "x", "login": False}
    word, value = await front.open(
        front.customer.sealed_grant(front.nonces[0]), front.customer.wish(parameters=parameters)
    )
    assert (word, value["code"]) == ("refused", "parameter-refused")
    assert "nobody-here" in value["sentence"]


async def test_a_forged_contract_is_refused_and_said_so(front: Front, linked: Device) -> None:
    wider = replace(
        front.customer.contract,
        serial=2,
        clauses=(Clause(number=1, capabilities=(Capability("shell.admin"),)),),
    )
    envelope = seal(wider, PrivateKey.generate())
    front.control(32, {"id": "x", "kind": "contract", **envelope.to_json()})
    await front.until(lambda: any(r["kind"] == "refused" for r in front.reports))
    report = next(r for r in front.reports if r["kind"] == "refused")
    assert (report["document"], report["code"]) == ("x", "unknown-key")


async def test_a_clock_26_hours_off_is_named(front: Front, linked: Device) -> None:
    front.clock_shift = 26 * HOUR + 60_000
    front.abort()
    await front.linked(2)
    later = now() + 26 * HOUR  # the provider's own clock, by which it dates its grants
    grant = front.customer.sealed_grant(front.nonces[0], issued=later, expires=later + HOUR)
    word, value = await front.open(grant, front.customer.wish())
    assert word == "refused"
    assert value["code"] == "clock-behind"
    assert "26 h behind" in value["sentence"]


async def test_the_kill_switch_cuts_and_holds_until_it_is_lifted(
    front: Front, shell: Device
) -> None:
    status, out, err = await shell.command("revoke", "--reason", "strange things")
    assert status == 0, err
    assert "1 open sessions were cut" in out
    await front.until(lambda: front.channels[16].closed is not None)
    grant = front.customer.sealed_grant(front.nonces[1], id="grant-2")
    wish = front.customer.wish("s1.2", grant="grant-2")
    word, value = await front.open(grant, wish, ch=17)
    assert (word, value["code"]) == ("refused", "revoked")
    assert (await shell.command("revoke", "--lift"))[0] == 0
    wish = front.customer.wish("s1.3", grant="grant-2")
    word, value = await front.open(grant, wish, ch=19)
    assert word == "opened", value


async def test_a_cloned_state_directory_makes_itself_a_new_instance(
    front: Front, linked: Device, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(linked.state, other / "state", ignore=shutil.ignore_patterns("*.sock"))
    machine = other / "machine-id"
    machine.write_text("f" * 32)
    clone = Device(other / "state", REACHBACK_MACHINE_ID_FILE=str(machine))
    await clone.run()
    await front.linked(2)
    assert front.hellos[0].key == front.hellos[1].key
    assert front.hellos[0].instance != front.hellos[1].instance
    await clone.end()


async def test_an_instance_held_to_health_opens_nothing(front: Front, linked: Device) -> None:
    front.hold = "health"
    front.abort()
    await front.linked(2)
    word, value = await front.open(
        front.customer.sealed_grant(front.nonces[0]), front.customer.wish()
    )
    assert (word, value["code"]) == ("refused", "held")
