"""The verifier: nothing that was altered is ever called complete and unaltered."""

import ast
import json
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachback.access import verifier
from reachback.access.tests.recorded import START_MS, Papers, Recorder, export, key, repair_story
from reachback.access.verifier import segments
from reachback.access.verifier.command import main
from reachback.access.verifier.verdict import Verdict, verify
from reachback_wire.documents import Grant, seal
from reachback_wire.leaves import FILE
from reachback_wire.units import CtrlUnit, DataUnit


@cache
def story() -> Recorder:
    return repair_story()


@cache
def whole() -> bytes:
    return story().export()


def judged(data: bytes, trust: str | None = None) -> Verdict:
    return verify(data, trust or story().papers.trust)


def test_an_untouched_recording_is_complete_and_unaltered() -> None:
    verdict = judged(whole())
    assert verdict.sentence.startswith("Complete and unaltered: ")
    assert (verdict.whole, verdict.exit_code) == (True, 0)
    assert story().papers.device.fingerprint in verdict.sentence
    assert "contract 3" in verdict.sentence


def test_a_recording_in_several_segments_is_whole() -> None:
    made = Recorder()
    made.start()
    made.output("guest@desk:~$ ")
    made.next_segment()
    made.typed("id", "guest\r\n")
    made.end()
    assert judged(made.export()).whole


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole()) - 1))
    flip = data.draw(st.integers(1, 255))
    altered = bytearray(whole())
    altered[place] ^= flip
    assert not judged(bytes(altered)).whole


# Each example writes a whole export and verifies it (0.3 s), so twenty; every run draws others.
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_flipped_byte_is_noticed_even_with_every_sum_made_right(data: st.DataObject) -> None:
    content = story().files[0]
    place = data.draw(st.integers(len(story().writer.opening), len(content) - 1))
    altered = bytearray(content)
    altered[place] ^= data.draw(st.integers(1, 255))
    forged = export(story().papers, story().key, [with_checks(bytes(altered))])
    found = judged(forged)
    # What only the recorder asserts (its own clock, its END sentence) is not the device's word.
    assert not found.whole or told_by(bytes(altered)) == told_by(content)


def with_checks(content: bytes) -> bytes:
    """Write every CHECK again, as a forger would."""
    opened = verifier_segments(content)
    fresh = bytearray(content)
    for record in opened:
        if record.kind == 4:
            digest = sha256(bytes(fresh[: record.position])).digest()
            end = record.position + len(digest)
            tail = fresh.find(record.body, record.position)
            if tail >= 0 and end <= len(fresh):
                fresh[tail : tail + 32] = digest
    return bytes(fresh)


def verifier_segments(content: bytes) -> tuple[segments.Record, ...]:
    return segments.read("0", content).segment.records


def told_by(content: bytes) -> list[tuple[int, bytes]]:
    return [(r.kind, r.body) for r in verifier_segments(content) if r.kind in (1, 2, 3)]


def test_an_altered_command_is_named_by_its_chunk() -> None:
    content = story().files[0].replace(b"port = 80800", b"port = 80808")
    verdict = judged(story().export([content]))
    assert verdict.exit_code == 1
    assert verdict.sentence.startswith("Chunk ")
    assert "(output, " in verdict.sentence
    assert "was altered: it is not what the device testified." in verdict.sentence


def test_a_chunk_taken_out_is_noticed() -> None:
    made = Recorder()
    made.start()
    made.output("one")
    kept = bytes(made.data), made.offset
    made.output("two")
    made.end()
    first = kept[0]
    rest = made.files[0][len(first) :]
    second = rest[rest.index(b"two") :]
    assert not judged(made.export([first + second])).whole


@pytest.mark.parametrize("cut", [1, 40, 600, 3000])
def test_a_cut_tail_is_noticed(cut: int) -> None:
    verdict = judged(story().export([story().files[0][:-cut]]))
    assert verdict.exit_code == 1
    assert not verdict.whole


def test_a_recording_without_its_last_receipt_is_incomplete() -> None:
    made = Recorder()
    made.start()
    made.output("still going")
    made.files.append(bytes(made.data))
    verdict = judged(made.export())
    assert "not complete" in verdict.sentence or "cut short" in verdict.sentence


def test_segments_of_another_session_are_noticed() -> None:
    other = repair_story(Papers(session="01900000-0000-7000-8000-00000000000b"))
    assert not judged(story().export(other.files)).whole
    assert not judged(export(story().papers, other.key, other.files)).whole


def test_segments_in_another_order_are_noticed() -> None:
    made = Recorder()
    made.start()
    made.next_segment()
    made.end()
    assert judged(made.export()).whole
    assert not judged(made.export(made.files[::-1])).whole


def test_another_customers_keys_are_not_trusted() -> None:
    verdict = judged(whole(), Papers(customer=key("mallory")).trust)
    assert (verdict.exit_code, verdict.whole) == (1, False)


def test_keys_that_come_only_inside_the_file_are_not_trusted() -> None:
    forged = repair_story(Papers(customer=key("mallory")))
    assert not judged(forged.export()).whole


def test_a_device_whose_receipts_another_key_signed_is_not_believed() -> None:
    forged = Recorder(Papers())
    forged.papers.device = key("mallory")
    forged.book = replace(forged.book, device=key("mallory").public_line)
    forged.start()
    forged.end()
    forged.papers.device = Papers().device
    assert not judged(forged.export()).whole


def test_one_receipt_that_another_key_signed_is_not_believed() -> None:
    made = Recorder(Papers())
    made.start()
    made.output("one")
    device, made.papers.device = made.papers.device, key("mallory")
    made.receipt("progress")
    made.papers.device = device
    made.end()
    assert "is not signed by the key of this device" in judged(made.export()).sentence


def test_a_receipt_that_does_not_follow_is_noticed() -> None:
    made = Recorder(Papers())
    made.start()
    made.output("one")
    made.book = replace(made.book, head="sha256:" + "0" * 64)
    made.end()
    assert "does not follow the one before it" in judged(made.export()).sentence


def test_a_grant_wider_than_the_contract_is_named() -> None:
    wider = repair_story(Papers(capabilities=("shell.user", "shell.admin")))
    assert "wider than the contract: shell.admin" in judged(wider.export()).sentence


def test_a_grant_no_contract_key_signed_is_refused() -> None:
    class Forged(Papers):
        @property
        def grant(self) -> object:  # type: ignore[override]
            return seal(Grant.parse(Papers().grant.body), key("mallory"))

    assert (
        "not signed by a key the contract names" in judged(repair_story(Forged()).export()).sentence
    )


def test_files_that_were_passed_on_are_whole_by_their_leaves() -> None:
    made = Recorder(Papers(capabilities=("files.read",)), kind="files")
    made.start()
    made.put(CtrlUnit(48, b'{"ok":true}'))
    made.put(DataUnit(b"a guest's passport"))
    made.testify(FILE, b'{"operation":"get","path":"/srv/p","sha256":"00","size":18}')
    made.end()
    assert b"passport" not in made.export()
    assert judged(made.export()).whole


def test_the_scans_the_device_had_checked_are_said() -> None:
    made = Recorder(Papers(capabilities=("files.read",)), kind="files")
    made.start()
    for scan in ({"engine": "ClamAV 1.4.1", "database": "27456", "verdict": "clean"}, None):
        told = {"operation": "put", "path": "/srv/f", "sha256": "ab" * 32, "scan": scan}
        made.testify(6, json.dumps(told).encode())
    made.end()
    verdict = judged(made.export())
    assert verdict.whole
    said = next(line for line in verdict.details if "scan" in line)
    assert "took 2 files, 1 of them with a scan it had checked: ClamAV 1.4.1 27456 clean" in said
    assert "the provider's word" in said


def test_nothing_but_files_may_be_passed_by() -> None:
    made = Recorder(kind="files")
    made.start()
    made.put(DataUnit(b"what was shown"))
    made.end()
    shell = made.files[0].replace(b'"kind":"files"', b'"kind":"shell"', 1)
    made.kind = "shell"
    assert "passed on" in judged(made.export([shell])).sentence


def test_a_declared_gap_is_said_plainly() -> None:
    made = Recorder()
    made.start()
    made.gap(4096)
    made.end()
    verdict = judged(made.export())
    assert "complete except 1 gap the device itself declared" in verdict.sentence
    assert not verdict.whole


@given(st.binary(max_size=3000))
def test_any_bytes_get_a_sentence(data: bytes) -> None:
    verdict = judged(data)
    assert (verdict.whole, verdict.exit_code) == (False, 2)
    assert verdict.sentence.endswith(".")


def test_the_command_answers_with_sentence_and_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, trust = tmp_path / "session.rbx", tmp_path / "trust.json"
    file.write_bytes(whole())
    trust.write_text(story().papers.trust, "utf-8")
    assert main([str(file), "--trust", str(trust)]) == 0
    assert capsys.readouterr().out.startswith("Complete and unaltered: ")
    file.write_bytes(whole()[:-1])
    assert main([str(file), "--trust", str(trust)]) == 2
    assert main([str(tmp_path / "none"), "--trust", str(trust)]) == 2


def test_the_verifier_imports_nothing_of_the_platform_but_itself() -> None:
    allowed = ("reachback.access.verifier", "cryptography")
    for path in Path(next(iter(verifier.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                foreign = name.split(".")[0] in {"reachback", "reachback_wire", "django"}
                assert not foreign or name.startswith(allowed), f"{path.name} imports {name}"


def test_the_story_is_what_the_vectors_describe() -> None:
    vectors = json.loads(Path("wire/vectors/recording.json").read_text("utf-8"))
    assert vectors["header"]["started"] == START_MS
