"""A contract that demands a scanner, on the installed programs: nothing comes in without it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from files_browser import Panel
from link_front import Front
from lotus_customer import HOUR, now
from lotus_device import Device

from reachback_wire.documents import Capability, Scan, seal
from reachback_wire.signing import PrivateKey

DENIED = 8
CONTENT = b"driver of the key-card printer, version 4\n"
SCANNED = hashlib.sha256(CONTENT).hexdigest()
OTHER = b"something nobody has looked at\n"
STRANGER = PrivateKey.generate()


@pytest.fixture
def land(front: Front, tmp_path: Path) -> Path:
    """A folder into which only scanned files come."""
    found = tmp_path / "land"
    found.mkdir()
    globs = (f"{found}/**",)
    capabilities = (
        *front.customer.contract.clauses[0].capabilities,
        Capability("files.read", globs),
        Capability("files.write", globs, scanner="clamav"),
    )
    front.customer.with_clause(capabilities=capabilities)
    return found


@pytest.fixture
async def writing(land: Path, front: Front, linked: Device) -> Panel:
    panel, word, value = await Panel.open(front, "write", land, 17)
    assert word == "opened", value
    return panel


def scan(front: Front, content: bytes = CONTENT, **changes: Any) -> Scan:
    found = Scan(
        organisation="lotus",
        device=front.customer.device,
        sha256=f"sha256:{hashlib.sha256(content).hexdigest()}",
        size=len(content),
        scanner="clamav",
        engine="ClamAV 1.4.1",
        database="27456",
        database_issued=now() - HOUR,
        verdict="clean",
        found="",
        scanned=now(),
        expires=now() + HOUR,
    )
    return replace(found, **changes)


def sealed(front: Front, found: Scan) -> dict[str, object]:
    return seal(found, front.customer.provider).to_json()


def denials(panel: Panel) -> list[dict[str, Any]]:
    units = panel.front.channels[panel.ch].controls(DENIED)
    return [json.loads(unit.body[24:]) for unit in units]


def _other_device(front: Front) -> object:
    return sealed(front, scan(front, device=STRANGER.public_line))


def _infected(front: Front) -> object:
    return sealed(front, scan(front, verdict="infected", found="Eicar-Test-Signature"))


def _expired(front: Front) -> object:
    return sealed(front, scan(front, scanned=now() - 2 * HOUR, expires=now() - HOUR))


def _forged(front: Front) -> object:
    return seal(scan(front), STRANGER).to_json()


def _altered(front: Front) -> object:
    infected = sealed(front, scan(front, verdict="infected", found="X"))
    return {**infected, "body": scan(front).to_body()}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda _front: None, "scan-missing"),
        (lambda front: sealed(front, scan(front, OTHER)), "scan-other"),
        (_other_device, "scan-other"),
        (_infected, "scan-infected"),
        (_expired, "scan-expired"),
        (_forged, "unknown-key"),
        (_altered, "bad-signature"),
        (lambda _front: {"body": 7}, "malformed"),
    ],
    ids=[
        "no-scan",
        "other-content",
        "other-device",
        "infected",
        "expired",
        "forged",
        "altered",
        "nonsense",
    ],
)
async def test_a_hostile_front_brings_no_unscanned_file_onto_the_device(
    writing: Panel, front: Front, land: Path, make: Callable[[Front], object], code: str
) -> None:
    given = make(front)
    more = {} if given is None else {"scan": given}
    answer = await writing.put(land / "driver.bin", CONTENT, **more)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert [each["code"] for each in denials(writing)] == [code]
    assert _names(land) == []
    assert writing.told() == []


async def test_a_clean_file_arrives_and_its_scan_is_testified(
    writing: Panel, front: Front, land: Path
) -> None:
    document = scan(front)
    envelope = seal(document, front.customer.provider)
    done = await writing.put(land / "driver.bin", CONTENT, scan=envelope.to_json())
    assert done["ok"], done
    assert (land / "driver.bin").read_bytes() == CONTENT
    assert writing.told()[-1] == {
        "operation": "put",
        "path": str(land / "driver.bin"),
        "size": len(CONTENT),
        "sha256": SCANNED,
        "scan": {
            "document": envelope.digest,
            "engine": "ClamAV 1.4.1",
            "database": "27456",
            "verdict": "clean",
            "scanned": document.scanned,
        },
    }


async def test_another_content_under_a_clean_scan_never_takes_its_place(
    writing: Panel, front: Front, land: Path
) -> None:
    assert len(OTHER) < len(CONTENT)
    given = sealed(front, scan(front))
    number = writing.send(
        "put", path=str(land / "f"), size=len(CONTENT), sha256=SCANNED, scan=given
    )
    assert (await writing.answer(number))["ok"]
    await writing.stream(OTHER + b"!" * (len(CONTENT) - len(OTHER)))
    assert (await writing.answer(number, 2))["code"] == "digest"
    assert _names(land) == []


async def test_an_unfinished_upload_cannot_be_renamed_into_a_file(
    writing: Panel, front: Front, land: Path
) -> None:
    """Its content was never held against the scan: a stopped `put` would bring anything in."""
    given = sealed(front, scan(front))
    number = writing.send(
        "put", path=str(land / "f"), size=len(CONTENT), sha256=SCANNED, scan=given
    )
    assert (await writing.answer(number))["ok"]
    await writing.stream(OTHER)
    keys = front.channels[17].keys
    await front.until(lambda: keys.acked == keys.end)
    await writing.ask("stop")
    (name,) = _names(land)
    part = land / name
    assert part.read_bytes() == OTHER
    answer = await writing.ask("rename", path=str(part), to=str(land / "run-me.sh"))
    assert (answer["ok"], answer["code"]) == (False, "part")
    assert not (land / "run-me.sh").exists()
