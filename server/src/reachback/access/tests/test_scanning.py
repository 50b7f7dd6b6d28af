"""A file is looked at before it goes to a device: what is signed, refused, and written down."""

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from reachback.access import keys
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession
from reachback.access.operations import ScanRequest, scan_file
from reachback.access.scanning import looking
from reachback.access.scanning.clamd import Clamd, read_version
from reachback.access.scanning.errors import (
    FileInfected,
    ScannerAway,
    ScannerBusy,
    ScanTooLarge,
    SignaturesOld,
)
from reachback.access.tests.conftest import DEVICE, SYSTEM, World
from reachback.access.tests.instream import MARK, NAME, Scanner, scanning
from reachback.audit.models import AuditRow
from reachback.cases import queries as cases
from reachback_wire import documents as wire
from reachback_wire.scans import check_scan, demanded

pytestmark = pytest.mark.django_db
CONTENT = b"driver of the key-card printer, version 4\n"


@pytest.fixture
def scanner(settings: Settings, tmp_path: Path, world: World) -> Iterator[Scanner]:
    with scanning(tmp_path) as found:
        issued = world.now - timedelta(days=2)
        found.version = f"ClamAV 1.4.1/27456/{issued:%a %b %d %H:%M:%S %Y}"
        settings.SCANNER = found.address
        settings.SCANNER_LIMIT = 2
        yield found


def contract(world: World, demanded_scanner: str = "clamav") -> wire.Contract:
    plain = world.contract()
    (clause,) = plain.clauses
    read = wire.Capability("files.read", ("/srv/**",))
    write = wire.Capability("files.write", ("/srv/in/**",), scanner=demanded_scanner)
    return replace(
        plain, clauses=(replace(clause, capabilities=(*clause.capabilities, read, write)),)
    )


def session(world: World, demanded_scanner: str = "clamav") -> UUID:
    """Tomás's files session under a contract that demands a scanner."""
    world.publish(contract(world, demanded_scanner))
    case_id = world.open_case()
    return world.connect(case_id, capability="files.read").session_id


def scanned(world: World, session_id: UUID, *pieces: bytes, **changes: Any) -> wire.Envelope:
    request = ScanRequest(session_id=session_id, name="driver.bin", chunks=iter(pieces))
    values: dict[str, Any] = {"actor": world.actor("tomas"), "now": world.now}
    return scan_file(request=replace(request, **changes), **values)


def test_a_clean_file_gets_a_scan_that_the_device_takes(world: World, scanner: Scanner) -> None:
    found = scanned(world, session(world), CONTENT[:10], b"", CONTENT[10:])
    demand = demanded(contract(world), 1, DEVICE.public_line)
    assert demand is not None
    scan, _digest = check_scan(
        demand,
        found.to_json(),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        now=milliseconds(world.now) + 60_000,
    )
    assert (scan.engine, scan.database, scan.verdict) == ("ClamAV 1.4.1", "27456", "clean")
    assert scan.database_issued == milliseconds(world.now) - 2 * 86_400_000
    assert found.signers(wire.Scan.TYPE, {keys.grant_public_line()})
    assert scanner.looked == [CONTENT]


def test_an_empty_file_is_looked_at_too(world: World, scanner: Scanner) -> None:
    found = wire.Scan.parse(scanned(world, session(world)).body)
    assert (found.size, found.sha256) == (0, f"sha256:{hashlib.sha256(b'').hexdigest()}")


def test_an_infected_file_is_refused_and_written_down_everywhere(
    world: World, scanner: Scanner
) -> None:
    session_id = session(world)
    with pytest.raises(FileInfected) as refused:
        scanned(world, session_id, b"x" + MARK, name="in\u202evoice<b>.exe")
    assert NAME in refused.value.sentence
    assert "\u202e" not in refused.value.sentence
    rows = AuditRow.objects.filter(action="file.infected")
    assert [row.data["found"] for row in rows] == [NAME]
    assert rows[0].data["sha256"] == hashlib.sha256(b"x" + MARK).hexdigest()
    found = AccessSession.objects.visible_to(SYSTEM).get(id=session_id)
    entries = [each for each in cases.timeline(SYSTEM, found.case_id) if each.kind == "alert"]
    assert NAME in entries[-1].body
    assert entries[-1].author_name == "ClamAV"


def test_a_signatures_name_is_hostile_text(world: World, scanner: Scanner) -> None:
    scanner.name = "Evil\x1b[31m\u202e<script>alert(1)</script>" + "x" * 500
    with pytest.raises(FileInfected) as refused:
        scanned(world, session(world), MARK)
    assert "\x1b" not in refused.value.found
    assert "\u202e" not in refused.value.found
    assert len(refused.value.found) <= 100


def test_too_large_a_file_is_refused_by_us_and_by_the_scanner(
    world: World, scanner: Scanner
) -> None:
    session_id = session(world)
    scanner.most = 8 << 20
    with pytest.raises(ScanTooLarge) as ours:
        scanned(world, session_id, *[b"x" * 65_536] * 40)
    assert "2 MiB" in ours.value.sentence
    scanner.most = 1 << 20
    with pytest.raises(ScanTooLarge) as theirs:
        scanned(world, session_id, *[b"x" * 65_536] * 30)
    assert "than the scanner takes" in theirs.value.sentence


@pytest.mark.parametrize(
    "answer", ["", "stream: FOUND", "nonsense", "Can't allocate memory ERROR", "stream: OK!"]
)
def test_whatever_is_no_verdict_is_not_clean(world: World, scanner: Scanner, answer: str) -> None:
    session_id = session(world)
    scanner.answer = answer or "\0"
    with pytest.raises(ScannerAway) as refused:
        scanned(world, session_id, CONTENT)
    assert "try again" in refused.value.sentence


def test_without_a_scanner_nothing_passes(world: World, settings: Settings, tmp_path: Path) -> None:
    session_id = session(world)
    for address in ("", f"unix:{tmp_path}/nobody", "127.0.0.1:nonsense", "nonsense"):
        settings.SCANNER = address
        with pytest.raises(ScannerAway):
            scanned(world, session_id, CONTENT)


def test_old_signatures_are_no_signatures(
    world: World, scanner: Scanner, settings: Settings
) -> None:
    session_id = session(world)
    issued = world.now - timedelta(days=9)
    scanner.version = f"ClamAV 1.4.1/27400/{issued:%a %b %d %H:%M:%S %Y}"
    with pytest.raises(SignaturesOld) as old:
        scanned(world, session_id, CONTENT)
    assert "9 days old" in old.value.sentence
    scanner.version = "ClamAV 1.4.1"
    with pytest.raises(SignaturesOld) as untold:
        scanned(world, session_id, CONTENT)
    assert "does not say" in untold.value.sentence
    settings.SCANNER_DATABASE_DAYS = 0
    assert wire.Scan.parse(scanned(world, session_id, CONTENT).body).database == ""
    assert scanner.looked == [CONTENT]


def test_more_than_a_few_at_once_wait_their_turn(
    world: World, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = session(world)
    monkeypatch.setattr(looking, "WAIT_SECONDS", 0.0)
    for _each in range(looking.AT_ONCE):
        assert looking._places.acquire(blocking=False)
    try:
        with pytest.raises(ScannerBusy):
            scanned(world, session_id, CONTENT)
    finally:
        looking._places.release(looking.AT_ONCE)
    scanned(world, session_id, CONTENT)


def test_only_the_sessions_technician_asks_and_only_where_it_is_demanded(
    world: World, scanner: Scanner
) -> None:
    session_id = session(world)
    request = ScanRequest(session_id=session_id, name="f", chunks=iter([CONTENT]))
    with pytest.raises(MayNotConnect):
        scan_file(actor=world.actor("aiko"), now=world.now, request=request)
    row = AccessSession.objects.visible_to(SYSTEM).get(id=session_id)
    row.state, row.ended_at = AccessSession.State.ENDED, world.now
    row.save(update_fields=["state", "ended_at"])
    with pytest.raises(AccessRefused):
        scanned(world, session_id, CONTENT)
    assert scanner.looked == []


def test_a_contract_without_a_demand_is_asked_for_no_scan(world: World, scanner: Scanner) -> None:
    session_id = session(world, "")
    with pytest.raises(AccessRefused) as refused:
        scanned(world, session_id, CONTENT)
    assert refused.value.code == "scan-not-asked"
    assert client(world).get(f"/sessions/{session_id}/").context["data"]["scan"] is None


def client(world: World) -> Client:
    found = Client(headers={"accept": "text/html"})
    found.force_login(world.users["tomas"], "allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_the_page_is_told_where_to_ask_and_gets_the_scan(world: World, scanner: Scanner) -> None:
    session_id = session(world)
    browser = client(world)
    plan = browser.get(f"/sessions/{session_id}/").context["data"]["scan"]
    assert plan == {"url": f"/sessions/{session_id}/scan", "limit": 2 << 20}
    answer = browser.post(f"{plan['url']}?name=f", CONTENT, content_type="application/octet-stream")
    assert answer.status_code == 200
    assert wire.Scan.parse(answer.json()["scan"]["body"]).size == len(CONTENT)
    infected = browser.post(plan["url"], MARK, content_type="application/octet-stream")
    assert (infected.status_code, infected.json()["code"]) == (422, "scan-infected")
    large = browser.post(plan["url"], b"x" * (3 << 20), content_type="application/octet-stream")
    assert (large.status_code, large.json()["code"]) == (413, "scan-too-large")
    assert json.loads(large.content)["sentence"].endswith("Nothing was sent to the device.")


def test_a_version_is_read_with_and_without_its_signatures() -> None:
    full = read_version("ClamAV 1.4.1/27456/Sat Nov 21 09:25:36 2026")
    assert (full.engine, full.database, full.issued and full.issued.day) == (
        "ClamAV 1.4.1",
        "27456",
        21,
    )
    assert read_version("ClamAV 1.4.1").issued is None
    assert read_version("ClamAV 1.4.1/27456/some day").issued is None
    with pytest.raises(ScannerAway):
        read_version("Postfix")


@pytest.fixture
def clamav(tmp_path: Path) -> Iterator[Clamd]:
    """Debian's clamd with two signatures of our own: nothing is fetched from anywhere."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    assert program is not None, "clamd is missing: apt-get install clamav-daemon"
    database = tmp_path / "db"
    database.mkdir()
    (database / "reachback.ndb").write_text(f"{NAME}:0:*:{MARK.hex()}\n")
    place = tmp_path / "clamd.sock"
    lines = f"LocalSocket {place}\nDatabaseDirectory {database}\nForeground yes\nUser root\n"
    (tmp_path / "clamd.conf").write_text(f"{lines}StreamMaxLength 1M\n")
    with (tmp_path / "clamd.log").open("w") as log:
        process = subprocess.Popen(
            [program, "-c", str(tmp_path / "clamd.conf")], stdout=log, stderr=log
        )
        try:
            for _each in range(600):
                if place.exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            assert place.exists(), (tmp_path / "clamd.log").read_text()
            yield Clamd(f"unix:{place}")
        finally:
            process.terminate()
            process.wait()


@pytest.mark.slow
def test_debians_clamav_says_the_same(clamav: Clamd) -> None:
    assert clamav.version().engine.startswith("ClamAV ")
    assert clamav.look([CONTENT, b"", CONTENT]) == ""
    assert clamav.look([]) == ""
    assert clamav.look([b"a" * 70_000, MARK, b"b"]) == f"{NAME}.UNOFFICIAL"
    with pytest.raises(ScanTooLarge):
        clamav.look([b"x" * 65_536] * 40)
