"""The golden vectors are what the generator writes, and the code agrees with them when read."""

import base64
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from reachback_wire import canonical, recording, signing
from reachback_wire.decisions import decide
from reachback_wire.documents import Contract, DeviceStatement, Envelope, Grant, Narrowing, Open
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock, Request

FOLDER = Path(__file__).parents[1] / "vectors"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate_documents", FOLDER / "generate_documents.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vectors(name: str) -> dict:  # type: ignore[type-arg]
    return json.loads((FOLDER / f"{name}.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "name", ["canonical", "sshsig", "documents", "decisions", "leaves", "recording"]
)
def test_the_files_are_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text() == generator().text_of(name)


def test_canonical_texts_are_read_and_others_refused() -> None:
    found = vectors("canonical")
    for item in found["accepted"]:
        assert canonical.dumps(item["value"]) == item["text"]
        assert canonical.digest(item["text"]) == item["digest"]
    for item in found["refused"]:
        with pytest.raises(canonical.NotCanonical):
            canonical.loads(item["text"])


def test_signatures_are_made_and_checked() -> None:
    found = vectors("sshsig")
    for item in found["sign"]:
        key = signing.PrivateKey(bytes.fromhex(item["seed"]))
        assert (key.public_line, key.fingerprint) == (item["public"], item["fingerprint"])
        assert signing.sign(key, item["namespace"], item["message"].encode()) == item["armour"]
    for item in found["verify"]:
        arguments = (item["armour"], item["namespace"], item["message"].encode(), item["allowed"])
        if item["code"]:
            with pytest.raises(Refusal) as refused:
                signing.verify(*arguments)
            assert refused.value.code == item["code"]
        else:
            assert signing.verify(*arguments) == item["allowed"][0]


def test_envelopes_verify_in_the_namespace_of_their_type() -> None:
    for item in vectors("documents")["documents"].values():
        envelope = Envelope.from_json(item["envelope"])
        assert envelope.signers(item["type"], {item["signer"]})
        assert envelope.digest == item["digest"]


def test_decisions_are_the_same() -> None:
    for item in vectors("decisions")["decisions"]:
        decision = decide(
            Contract.parse(item["contract"]),
            Grant.parse(item["grant"]),
            Request.of(Open.parse(item["open"])),
            Clock(**item["clock"]),
            statement=DeviceStatement.parse(item["statement"]),
            narrowings=[Narrowing.parse(body) for body in item["narrowings"]],
            fresh_at=item["fresh_at"],
        )
        expected = item["decision"]
        assert (decision.code, decision.sentence) == (expected["code"], expected["sentence"])
        assert (decision.clause, decision.expires) == (expected["clause"], expected["expires"])


def test_a_recording_is_repaired_to_the_same_length() -> None:
    found = vectors("recording")
    data = base64.b64decode(found["segment"])
    assert [item["length"] for item in found["repairs"]] == [
        recording.repair(data[: item["cut"]]) for item in found["repairs"]
    ]
    assert [item.offset for item in recording.read_segment(data).units] == [
        item["offset"] for item in found["units"]
    ]
