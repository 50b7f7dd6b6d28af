"""The stolen grant key against the installed connector: what is asked for, and what is answered.

Every attack carries first bytes that would make the canary file if any shell read them.
"""

import asyncio
import json
from typing import Any

import pytest
from hostile_process import HostileGateway
from lotus_device import Device

HOUR = 3_600_000
SPENDING = {
    "replayed-counter": "replayed",
    "new-counter-old-signature": "bad-signature",
    "spent-grant": "grant-spent",
    "bound-nonce": "wrong-nonce",
    "same-name-other-grant": "replayed",
    "invented-nonce": "wrong-nonce",
}
SIGNING = {
    "other-session-key": "wrong-session-key",
    "open-of-another-grant": "wrong-session-key",
    "self-made-grant": "unknown-key",
    "unsigned-grant": "bad-signature",
    "older-contract": "contract-superseded",
    "unknown-contract": "contract-missing",
    "other-device": "other-device",
    "other-organisation": "other-device",
}
SCOPE = {
    "wider-grant": "wider-than-contract",
    "other-capability": "wider-than-contract",
    "expired-grant": "grant-expired",
    "as-root": "parameter-refused",
    "flag-as-user": "parameter-refused",
    "a-file": "capability-refused",
    "a-tunnel": "capability-refused",
    "a-metadata-tunnel": "capability-refused",
    "a-loopback-tunnel": "capability-refused",
    "a-script": "capability-refused",
    "reserved-channel": "malformed",
}
UNREADABLE = {
    "endless-grant": "malformed",
    "huge-screen": "malformed",
    "a-climbing-file": "parameter-refused",
    "a-udp-tunnel": "malformed",
    "no-envelopes": "malformed",
    "lists-for-envelopes": "malformed",
    "nested-envelopes": "malformed",
}
DOCUMENTS = {
    "keyset-rollback": "keyset-rollback",
    "forged-keyset": "unknown-key",
    "contract-rollback": "contract-rollback",
    "self-made-contract": "unknown-key",
    "altered-contract": "bad-signature",
    "another-documents-signature": "malformed",
    "statement-of-another-device": "other-device",
    "statement-rollback": "contract-rollback",
    "retagged-statement": "unknown-key",
}
CLOSING = [
    "unknown-frame",
    "truncated-frame",
    "oversize-frame",
    "oversize-message",
    "welcome-not-json",
    "challenge-not-object",
    "bye-number",
    "number-cut-short",
    "bytes-after-numbers",
    "empty-data",
    "gap-too-short",
    "ping-too-short",
    "open-without-json",
    "linkack-beyond",
]
IGNORED = [
    "ignorable-frame",
    "hello-from-front",
    "nonces-from-front",
    "channels-from-front",
    "opened-from-front",
    "refused-from-front",
    "watch-to-device",
    "credit-of-nobody",
    "typing-without-open",
    "unknown-control",
]
CONTROL = [
    "document-not-json",
    "document-nested",
    "document-half-character",
    "document-names-arguments",
    "document-lifts",
    "cut-nonsense",
]
BLAMED = {
    "ack-beyond-end": "The server names output that was never sent.",
    "resume-nonsense": "The server names output that was never sent.",
    "second-welcome": "The server said Welcome twice.",
}
LIVING = [
    "input-beyond-credit",
    "input-beyond-names",
    "ack-beyond-end",
    "ack-control-beyond-end",
    "resume-nonsense",
    "second-welcome",
]


async def still_serves(gateway: HostileGateway, device: Device) -> None:
    """Nothing of the attacker's ran; the connector is the same process, and a session works."""
    assert not gateway.canary.exists()
    assert device.control is not None
    assert device.control.returncode is None, device.log.read_text()[-3000:]
    proof = gateway.canary.with_name("proof")
    answer = await gateway.honest(f"touch {proof}; echo do''ne\n", "done")
    assert answer["word"] == "opened", answer
    assert proof.exists()
    assert not gateway.canary.exists()


async def testimony(device: Device) -> list[str]:
    """The notes of the device's receipts, whose chain holds."""
    status, out, _ = await device.command("receipts", "--json")
    found = json.loads(out)
    assert (status, found["fault"]) == (0, "")
    return [receipt["note"] for receipt in found["receipts"]]


def is_sentence(answer: dict[str, Any]) -> bool:
    sentence = answer["sentence"]
    return bool(sentence) and (sentence[0].isupper() or sentence[0] == "“") and sentence[-1] in ".?"


@pytest.mark.parametrize(
    "attacks", [SPENDING, SIGNING, SCOPE, UNREADABLE], ids=["spending", "signing", "scope", "text"]
)
async def test_a_stolen_grant_key_opens_nothing_the_contract_does_not_allow(
    gateway: HostileGateway, device: Device, attacks: dict[str, str]
) -> None:
    testified = attacks is not UNREADABLE
    for name, code in attacks.items():
        answer = await gateway.attack(name)
        assert (answer["word"], answer.get("code")) == ("refused", code), (name, answer)
        assert answer["by"] == "device", name
        assert is_sentence(answer), (name, answer)
        assert bool(answer["receipt"]) == testified, name
    notes = await testimony(device)
    for code in attacks.values():
        told = any(n.startswith("refused ") and n.endswith(f": {code}") for n in notes)
        assert told == testified, (code, notes)
    await still_serves(gateway, device)


async def test_a_replayed_open_is_answered_as_before_and_run_once(
    gateway: HostileGateway, device: Device
) -> None:
    answer = await gateway.attack("replayed-open")
    assert answer["word"] == "opened"
    assert answer["same"], answer
    assert gateway.canary.with_name("canary.count").read_text() == "once\n"
    assert len(device.holders()) == 1
    await still_serves(gateway, device)


async def test_documents_the_customer_did_not_sign_and_older_ones_change_nothing(
    gateway: HostileGateway, device: Device
) -> None:
    for name, code in DOCUMENTS.items():
        report = await gateway.attack(name)
        assert (report["word"], report.get("code")) == ("refused", code), (name, report)
        assert is_sentence(report), name
    await still_serves(gateway, device)


async def test_the_provider_cannot_lift_what_the_customer_revoked(
    gateway: HostileGateway, device: Device
) -> None:
    assert (await gateway.order("publish", name="revocation"))["kind"] == "accepted"
    assert (await gateway.attack("lift-as-customer"))["word"] == "refused"
    assert (await gateway.attack("lift-as-device"))["word"] == "refused"
    await gateway.attack("lift-as-provider")
    answer = await gateway.attack("usual")
    assert (answer["word"], answer["code"]) == ("refused", "revoked")
    assert "We are closing" in answer["sentence"]
    await gateway.sign_a_newer_contract()
    await still_serves(gateway, device)


async def test_a_provider_whose_time_is_another_is_told_by_how_much(
    gateway: HostileGateway, device: Device
) -> None:
    await gateway.order("shift", milliseconds=26 * HOUR + 60_000)
    answer = await gateway.attack("usual")
    assert (answer["word"], answer["code"]) == ("refused", "clock-behind")
    assert "26 h behind" in answer["sentence"]
    await gateway.order("shift", milliseconds=-26 * HOUR - 60_000)
    answer = await gateway.attack("usual")
    assert (answer["word"], answer["code"]) == ("refused", "clock-behind")
    assert "The provider's clock is 26 h behind" in answer["sentence"]
    await gateway.order("shift", milliseconds=0)
    await still_serves(gateway, device)


async def test_malformed_frames_end_the_link_and_nothing_else(
    gateway: HostileGateway, device: Device
) -> None:
    for name in CLOSING:
        assert (await gateway.attack(name))["word"] == "closed", name
    log = device.log.read_text()
    assert "may not be ignored" in log
    assert "Traceback" not in log
    await still_serves(gateway, device)


async def test_frames_no_front_sends_have_no_effect(
    gateway: HostileGateway, device: Device
) -> None:
    for name in IGNORED:
        assert (await gateway.attack(name))["word"] == "ignored", name
    await still_serves(gateway, device)


async def test_nonsense_on_the_control_channel_never_ends_the_connector(
    gateway: HostileGateway, device: Device
) -> None:
    assert (await device.command("revoke", "--reason", "we are careful"))[0] == 0
    for name in CONTROL:
        assert (await gateway.attack(name))["word"] in {"ignored", "closed"}, name
    answer = await gateway.attack("usual")
    assert (answer["word"], answer["code"]) == ("refused", "revoked")
    assert (await device.command("revoke", "--lift"))[0] == 0
    await still_serves(gateway, device)
    assert "Traceback" not in device.log.read_text()


async def test_abuse_of_a_living_session_leaves_its_shell_usable(
    gateway: HostileGateway, device: Device
) -> None:
    words = {}
    for name in LIVING:
        words[name] = (await gateway.attack(name))["word"]
        await asyncio.sleep(0)
    assert words["input-beyond-credit"] == "closed"
    assert words["input-beyond-names"] == "closed"
    log = device.log.read_text()
    for name, said in BLAMED.items():
        assert words[name] == "closed", name
        assert said in log, name
    assert "cannot be written" not in log
    assert "is attached already" not in log
    assert set(words.values()) <= {"closed", "ignored"}, words
    await still_serves(gateway, device)
