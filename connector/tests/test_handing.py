"""A running shell goes to a colleague: what the device demands, testifies and refuses."""

import json
import os
import signal
from typing import Any

from link_front import Front
from lotus_customer import HOUR, Customer, now
from lotus_device import Device

from reachback_connector.holder.intake import Intake
from reachback_wire.documents import Technician
from reachback_wire.frames import Data
from reachback_wire.leaves import ATTACHED, INPUT, split_testimony
from reachback_wire.signing import PrivateKey
from reachback_wire.units import DataUnit


def attached(front: Front, ch: int = 16) -> list[dict[str, Any]]:
    found = front.channels[ch].controls(ATTACHED)
    return [json.loads(split_testimony(unit.body)[2]) for unit in found]


def typed(front: Front, ch: int = 16) -> list[tuple[int, bytes]]:
    units = front.channels[ch].units
    return [
        (offset, split_testimony(unit.body)[2])
        for offset, unit in units
        if getattr(unit, "kind", 0) == INPUT
    ]


async def test_a_colleague_goes_on_in_the_same_shell_and_the_device_says_who_types(
    front: Front, shell: Device
) -> None:
    customer = front.customer
    front.type(b"stty -echo; MARK=kept; echo one'-'ready\n")
    await front.sees(b"one-ready")
    before = len(typed(front))
    grant, wish = customer.colleagues(front.nonces[1], customer.offer())
    word, value = await front.take_over(grant, wish)
    assert word == "opened", value
    assert (value["kind"], value["clause"]) == ("shell", 1)
    front.type(b"echo still-$MARK\n")
    await front.sees(b"still-kept")
    (told,) = attached(front)
    assert told["technician"] == "Nora Lind"
    assert told["grant"] == grant.digest
    assert told["input"] == value["input"]
    place = next(o for o, u in front.channels[16].units if getattr(u, "kind", 0) == ATTACHED)
    assert [offset < place for offset, _ in typed(front)] == [True] * before + [False]
    front.type(b"exit 0\n")
    await front.until(lambda: front.channels[16].closed is not None)
    receipts = front.channels[16].receipts()
    first = customer.sealed_grant(bytes(16)).digest
    assert receipts[0]["grant"] not in {grant.digest, first}
    assert receipts[-1]["grant"] == grant.digest
    chain = front.channels[16].chain()
    assert (receipts[-1]["leaves"], receipts[-1]["head"]) == (chain.count, chain.head.hex())


async def test_what_the_giver_typed_on_the_way_is_not_typed_by_the_colleague(
    front: Front, shell: Device
) -> None:
    """Input of the first owner that arrives after the hand-over counts for nobody."""
    front.type(b"stty -echo; echo one'-'ready\n")
    await front.sees(b"one-ready")
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    word, _ = await front.open(grant, wish)
    assert word == "opened"
    front.type(b"echo giver'-'typed\n")  # the front goes on with the giver's stream, without SEEK
    at = int(front.answers[16][1]["input"])
    front.restart_input(at)
    front.type(b"echo colleague'-'typed\n")
    output = await front.sees(b"colleague-typed")
    assert b"giver-typed" not in output


def test_a_change_of_hands_drops_what_waits_and_hears_nothing_before_the_next_seek() -> None:
    intake = Intake()
    intake.seek(0)
    intake.receive(Data(1, b"his last keys"))
    assert intake.begin_again() == 0
    intake.receive(Data(1, b"and those under way"))
    assert intake.accepted == 0
    intake.seek(0)
    intake.receive(Data(1, b"hers"))
    assert intake.pop() == DataUnit(b"hers")
    assert intake.accepted == len(b"hers")


async def test_a_repeated_attach_is_answered_again_and_testified_once(
    front: Front, shell: Device
) -> None:
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    word, first = await front.take_over(grant, wish)
    assert word == "opened"
    front.type(b"echo hers'-'now\n")
    await front.sees(b"hers-now")
    word, again = await front.take_over(grant, wish)
    assert word == "opened"
    assert again["input"] > first["input"]
    front.type(b"echo once'-'more\n")
    await front.sees(b"once-more")
    assert len(attached(front)) == 1


async def test_a_shell_does_not_move_to_somebody_who_was_not_granted_and_offered_it(
    front: Front, shell: Device
) -> None:
    customer, nonces = front.customer, list(front.nonces)
    ago = {"issued": now() - HOUR, "expires": now() - HOUR + 60_000}
    elsewhere = {"technician": Technician("Nora Lind", ("Night team",), "")}
    cases: list[tuple[bytes, dict[str, Any], dict[str, Any], str]] = [
        (nonces[1], {"to": "Mallory"}, {}, "not-offered"),
        (nonces[2], {"by": PrivateKey.generate()}, {}, "not-offered"),
        (nonces[3], ago, {}, "offer-expired"),
        (nonces[0], {}, elsewhere, "wider-than-contract"),
        (nonces[0], {}, {"capabilities": ("shell.user", "reboot")}, "wider-than-contract"),
        (nonces[0], {}, {"contract": "sha256:" + "0" * 64}, "contract-missing"),
        (bytes(16), {}, {}, "wrong-nonce"),
    ]
    for number, (nonce, offer, changes, code) in enumerate(cases):
        given = {"id": f"grant-n{number}", **changes}
        asked = customer.colleagues(nonce, customer.offer(**offer), **given)
        word, value = await front.open(*asked)
        assert (word, value["code"], value["by"]) == ("refused", code, "device")
        assert value["sentence"].endswith(".")
    assert attached(front) == []
    front.type(b"echo still'-'his\n")
    await front.sees(b"still-his")
    _, out, _ = await shell.command("receipts", "--json")
    notes = [each["note"] for each in json.loads(out)["receipts"]]
    notes = [each for each in notes if not each.startswith("as ")]  # the shell's own
    assert notes == [f"refused attach: {code}" for *_, code in cases]


async def test_a_shell_that_has_ended_cannot_be_taken_over(front: Front, shell: Device) -> None:
    front.type(b"exit 0\n")
    await front.until(lambda: front.channels[16].closed is not None)
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    word, value = await front.open(grant, wish)
    assert (word, value["code"]) == ("refused", "channel-over")


async def test_the_first_owner_has_no_further_say_and_the_new_one_may_hand_on(
    front: Front, shell: Device
) -> None:
    customer = front.customer
    grant, wish = customer.colleagues(front.nonces[1], customer.offer())
    assert (await front.take_over(grant, wish))[0] == "opened"
    third = Customer(signer=customer.signer, provider=customer.provider, device=customer.device)
    third.contract = customer.contract
    stale = customer.offer(to="Mei Tan")
    mei = {"id": "grant-3", "technician": Technician("Mei Tan", ("Remote team",), "")}
    asked = third.colleagues(front.nonces[2], stale, **mei)
    word, value = await front.open(*asked)
    assert (word, value["code"]) == ("refused", "not-offered")
    hers = customer.offer(by=customer.colleague, grant="grant-2", to="Mei Tan")
    again = third.colleagues(front.nonces[3], hers, **{**mei, "id": "grant-4"})
    word, value = await front.take_over(*again)
    assert word == "opened", value
    assert [told["technician"] for told in attached(front)] == ["Nora Lind", "Mei Tan"]


async def test_a_revocation_cuts_a_shell_in_other_hands(front: Front, shell: Device) -> None:
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    assert (await front.take_over(grant, wish))[0] == "opened"
    envelope = front.customer.revocation()
    front.control(32, {"id": "n", "kind": "narrowing", **envelope.to_json()})
    await front.until(lambda: front.channels[16].closed is not None)
    assert (front.channels[16].closed or {})["code"] == "revoked"
    last = front.channels[16].receipts()[-1]
    assert (last["note"], last["grant"]) == ("cut: revoked", grant.digest)


async def test_a_helper_that_is_killed_afterwards_signs_for_the_new_grant(
    front: Front, shell: Device
) -> None:
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    assert (await front.take_over(grant, wish))[0] == "opened"
    os.kill(shell.helper_pid(), signal.SIGKILL)
    front.abort()
    await front.until(lambda: front.links >= 2)
    front.type(b"exit 0\n")
    await front.until(lambda: front.channels[16].closed is not None)
    assert front.channels[16].receipts()[-1]["grant"] == grant.digest


async def test_channels_name_the_grant_in_force(front: Front, shell: Device) -> None:
    """A front that was restarted in between learns from it that somebody else has the shell."""
    first = front.states[16]["grant"] if 16 in front.states else ""
    grant, wish = front.customer.colleagues(front.nonces[1], front.customer.offer())
    assert (await front.take_over(grant, wish))[0] == "opened"
    front.abort()
    await front.until(lambda: front.links >= 2 and 16 in front.states)
    assert front.states[16]["grant"] == grant.digest != first
