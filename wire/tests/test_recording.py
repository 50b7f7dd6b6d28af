import contextlib
import hashlib
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import DEVICE, NOW

from reachback_wire import recording
from reachback_wire.recording import (
    BadSegment,
    CheckRecord,
    EndRecord,
    NoteRecord,
    PassedRecord,
    SegmentHeader,
    SegmentReader,
    SegmentWriter,
    read_segment,
    repair,
)
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

HEADER = SegmentHeader(
    session="session-1",
    channel="session-1.1",
    key="session-1.1",
    kind="shell",
    device=DEVICE.public_line,
    organisation="lotus",
    node="front-1",
    generation=3,
    index=0,
    start_offset=0,
    started=NOW,
    previous="",
    contract="sha256:" + "1" * 64,
    grant="sha256:" + "2" * 64,
)
UNITS: list[Unit] = [
    CtrlUnit(9, b"start"),
    DataUnit(b"$ "),
    CtrlUnit(1, b"\x00" * 24 + b"\x02"),
    DataUnit("登记\x1b[31m<b>".encode()),
    GapUnit(1000, NOW, b"s" * 16, b"h" * 32),
    CtrlUnit(5, b"exit"),
]


@cache
def written() -> bytes:
    writer = SegmentWriter(HEADER)
    data, offset = writer.opening, 0
    for index, unit in enumerate(UNITS):
        data += writer.unit(offset, unit, NOW + index * 400)
        offset += unit.length
    data += writer.note({"what": "viewer joined"}, NOW + 2_500)
    data += writer.end("finished", "The shell ended.", NOW + 3_000)
    assert writer.sha256 == hashlib.sha256(data).hexdigest()
    assert writer.size == len(data)
    return data


def test_what_is_written_is_read() -> None:
    segment = read_segment(written())
    assert segment.header == HEADER
    assert [item.unit for item in segment.units] == UNITS
    assert [item.at - NOW for item in segment.units] == [0, 400, 800, 1200, 1600, 2000]
    assert segment.ended
    assert segment.checks_hold
    assert segment.length == len(written())
    assert segment.next_offset == sum(unit.length for unit in UNITS)
    assert any(isinstance(item, NoteRecord) for item in segment.records)
    assert isinstance(segment.records[-2], EndRecord)
    assert isinstance(segment.records[-1], CheckRecord)


@given(st.lists(st.integers(0, len(written())), max_size=6))
def test_a_reader_takes_bytes_cut_anywhere(cuts: list[int]) -> None:
    reader, found, before = SegmentReader(), [], 0
    for cut in [*sorted(cuts), len(written())]:
        found += reader.feed(written()[before:cut])
        before = cut
    assert tuple(found) == read_segment(written()).records


@given(st.integers(0, len(written())))
def test_a_segment_torn_at_any_byte_is_cut_back_to_whole_records(cut: int) -> None:
    torn = written()[:cut]
    length = repair(torn)
    assert length <= cut
    if length == 0:
        assert cut < len(SegmentWriter(HEADER).opening)
        return
    whole = read_segment(torn[:length])
    assert whole.length == length
    assert whole.checks_hold
    complete = read_segment(written()).records
    assert whole.records == complete[: len(whole.records)]
    rest = complete[len(whole.records) :]
    assert not rest or rest[0].position >= length, "no whole record was lost"


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off() -> None:
    opening = SegmentWriter(HEADER).opening
    assert repair(written() + bytes(4096)) == len(written())
    assert repair(opening + bytes(10)) == len(opening)


@given(st.integers(0, len(written()) - 1))
def test_one_altered_byte_is_noticed(index: int) -> None:
    altered = bytearray(written())
    altered[index] ^= 1
    try:
        segment = read_segment(bytes(altered))
    except BadSegment:
        return
    if segment.checks_hold and segment.length == len(altered) and segment.ended:
        # Only the last CHECK's own time lies after everything that is checked.
        assert segment.records[:-1] == read_segment(written()).records[:-1]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", SegmentWriter(HEADER).opening):
        with contextlib.suppress(BadSegment):
            read_segment(start + data)


def test_a_file_that_never_was_a_segment_is_not_repaired() -> None:
    with pytest.raises(BadSegment):
        repair(b"PK\x03\x04 not ours")
    assert repair(b"") == 0
    assert repair(b"RBR") == 0


def checks_in(data: bytes) -> int:
    records = read_segment(SegmentWriter(HEADER).opening + data).records
    return sum(isinstance(item, CheckRecord) for item in records)


def test_a_check_comes_after_a_second_of_activity_and_after_64_kib() -> None:
    writer = SegmentWriter(HEADER)
    assert writer.tick(NOW + 5_000) == b"", "nothing was written that needs one"
    data = writer.unit(0, DataUnit(b"a"), NOW + 100)
    assert checks_in(data) == 0
    data += writer.tick(NOW + 1_000)
    assert checks_in(data) == 1
    assert writer.tick(NOW + 9_000) == b""
    data += writer.unit(1, DataUnit(b"x" * recording.CHECK_EVERY_BYTES), NOW + 1_001)
    assert checks_in(data) == 2


def test_a_unit_out_of_place_is_the_recorders_mistake() -> None:
    writer = SegmentWriter(HEADER)
    writer.unit(0, DataUnit(b"abc"), NOW)
    with pytest.raises(ValueError, match="stands at 3"):
        writer.unit(2, DataUnit(b"d"), NOW)
    writer.end("finished", "The shell ended.", NOW)
    with pytest.raises(ValueError, match="has ended"):
        writer.unit(3, DataUnit(b"d"), NOW)


def test_a_clock_set_back_does_not_turn_the_recording_back() -> None:
    writer = SegmentWriter(HEADER)
    data = writer.opening + writer.unit(0, DataUnit(b"a"), NOW + 500)
    data += writer.unit(1, DataUnit(b"b"), NOW - 9_000)
    assert [item.at - NOW for item in read_segment(data).units] == [500, 500]


def test_the_next_segment_names_the_hash_of_the_one_before() -> None:
    digest = hashlib.sha256(written()).hexdigest()
    following = HEADER.following(
        previous=digest, node="front-2", generation=4, start_offset=1031, started=NOW + 9_000
    )
    data = SegmentWriter(following).opening
    assert read_segment(data).header == following
    assert (following.index, following.previous) == (1, digest)
    assert read_segment(data).next_offset == 1031


def test_an_unknown_seal_or_member_is_refused() -> None:
    for old, new in (('"none"', '"age1"'), ('"node"', '"nodes"'), ("reachback-segment", "other")):
        text = HEADER.to_text().replace(old, new).encode()
        with pytest.raises(BadSegment):
            read_segment(recording.MAGIC + recording.varint.encode(len(text)) + text)


def test_of_files_only_what_was_told_is_kept() -> None:
    told = CtrlUnit(6, b"\x00" * 24 + b'{"operation":"get"}')
    content: list[Unit] = [CtrlUnit(48, b"a folder's names"), DataUnit(b"a guest's passport"), told]
    writer = SegmentWriter(replace(HEADER, kind="files"))
    data, offset = writer.opening, 0
    for unit in content:
        data += writer.unit(offset, unit, NOW)
        offset += unit.length
    assert b"passport" not in data
    assert b"names" not in data
    found = read_segment(data)
    passed = [(r.offset, r.length) for r in found.records if isinstance(r, PassedRecord)]
    assert passed == [(0, 1), (1, 18)]
    assert [unit.unit for unit in found.units] == [told]
    assert found.next_offset == offset


def test_nothing_of_a_shell_is_passed_by() -> None:
    writer = SegmentWriter(replace(HEADER, kind="files"))
    passed = writer.unit(0, DataUnit(b"gone"), NOW)
    with pytest.raises(BadSegment):
        read_segment(SegmentWriter(HEADER).opening + passed)
