"""A scanner's signed word: what satisfies a contract's demand, and everything that does not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import DEVICE, NOW, PROVIDER, clause, contract

from reachback_wire import sentences
from reachback_wire.documents import Capability, Contract, Scan, seal
from reachback_wire.refusals import Refusal
from reachback_wire.scans import LONGEST_MS, check_scan, demanded
from reachback_wire.signing import PrivateKey

SUM = "ab" * 32
FILES = Capability("files.write", ("/srv/**",), scanner="clamav")
UNDER = contract(clause(3, FILES), clause(4, Capability("files.write", ("/var/**",))))
SCAN = Scan(
    organisation=UNDER.organisation,
    device=DEVICE.public_line,
    sha256=f"sha256:{SUM}",
    size=42,
    scanner="clamav",
    engine="ClamAV 1.4.1",
    database="27456",
    database_issued=NOW - 86_400_000,
    verdict="clean",
    found="",
    scanned=NOW - 60_000,
    expires=NOW + 3_600_000,
)
STRANGER = PrivateKey.generate()


def judged(scan: Scan | None, key: PrivateKey = PROVIDER, **changes: Any) -> tuple[Scan, str]:
    demand = demanded(UNDER, 3, DEVICE.public_line)
    assert demand is not None
    given = None if scan is None else seal(scan, key).to_json()
    values: dict[str, Any] = {"sha256": SUM, "size": 42, "now": NOW}
    return check_scan(demand, given, **(values | changes))


def test_a_clean_scan_of_this_content_for_this_device_satisfies() -> None:
    scan, digest = judged(SCAN)
    assert (scan, digest) == (SCAN, seal(SCAN, PROVIDER).digest)
    assert Scan.parse(SCAN.to_body()) == SCAN


def test_only_the_clause_that_demands_a_scanner_demands_it() -> None:
    assert demanded(UNDER, 4, DEVICE.public_line) is None
    assert demanded(None, 3, DEVICE.public_line) is None
    plain = Capability("files.write", ("/etc/**",))
    both = contract(clause(1, plain, FILES))
    assert demanded(both, 1, DEVICE.public_line) is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sha256": "sha256:" + "cd" * 32}, "scan-other"),
        ({"size": 43}, "scan-other"),
        ({"device": STRANGER.public_line}, "scan-other"),
        ({"organisation": "palm"}, "scan-other"),
        ({"verdict": "infected", "found": "Eicar-Test-Signature"}, "scan-infected"),
        ({"expires": NOW}, "scan-expired"),
        ({"scanned": NOW - LONGEST_MS, "expires": NOW + LONGEST_MS}, "scan-expired"),
        ({"scanned": NOW + 300_001}, "scan-expired"),
        ({"verdict": "infected"}, "malformed"),
        ({"found": "something"}, "malformed"),
    ],
)
def test_any_other_scan_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        judged(replace(SCAN, **changes))
    assert refused.value.code == code


def test_without_a_scan_nothing_comes_in() -> None:
    with pytest.raises(Refusal) as refused:
        judged(None)
    assert refused.value.code == "scan-missing"
    assert "ClamAV" in refused.value.sentence


def test_a_scan_that_another_key_signed_is_no_scan() -> None:
    with pytest.raises(Refusal) as refused:
        judged(SCAN, STRANGER)
    assert refused.value.code == "unknown-key"


def test_an_altered_scan_is_no_scan() -> None:
    demand = demanded(UNDER, 3, DEVICE.public_line)
    assert demand is not None
    envelope = seal(replace(SCAN, verdict="infected", found="X"), PROVIDER).to_json()
    clean = {**envelope, "body": SCAN.to_body()}
    with pytest.raises(Refusal) as refused:
        check_scan(demand, clean, sha256=SUM, size=42, now=NOW)
    assert refused.value.code == "bad-signature"


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_nothing_else_passes_for_a_scan(given: object) -> None:
    demand = demanded(UNDER, 3, DEVICE.public_line)
    assert demand is not None
    with pytest.raises(Refusal):
        check_scan(demand, given, sha256=SUM, size=42, now=NOW)


def test_a_contract_that_demands_an_unknown_scanner_is_refused_whole() -> None:
    body = UNDER.to_body()
    assert Contract.parse(body) == UNDER
    assert '"scanner":"clamav"' in body
    assert body.count("scanner") == 1
    with pytest.raises(Refusal) as refused:
        Contract.parse(body.replace('"scanner":"clamav"', '"scanner":"mine"'))
    assert refused.value.code == "unknown-member"
    shell = contract(clause(1, Capability("shell.user", ("guest",)))).to_body()
    with pytest.raises(Refusal):
        Contract.parse(shell.replace('"run_as"', '"scanner":"clamav","run_as"'))


def test_the_clause_says_what_is_proved_and_what_is_taken_on_trust() -> None:
    (first, second) = UNDER.clauses
    assert "only what ClamAV found clean" in sentences.permission_words(first, UNDER)
    assert "that a file is the one that was scanned" in sentences.proved_by(first)
    assert "what the scanner found" in sentences.asserted_by(first)
    assert "what the scanner found" not in sentences.asserted_by(second)
