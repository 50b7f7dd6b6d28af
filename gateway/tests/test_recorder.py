"""The recorder's files: read again at any offset, repaired, continued."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from reachback_gateway.errors import RecorderFailedError
from reachback_gateway.recorder.playback import Playback
from reachback_gateway.recorder.recording import Recording
from reachback_gateway.recorder.vault import Vault
from reachback_wire.recording import SegmentHeader, read_segment
from reachback_wire.sealing import RecordsKeys
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

from .processes import RECORDS_KEY, segment_of

HEADER = SegmentHeader(
    session="s1",
    channel="1",
    key="s1.1",
    kind="shell",
    device="d1",
    organisation="o1",
    node="main",
    generation=1,
    index=0,
    start_offset=0,
    started=0,
    previous="",
    contract="",
    grant="",
)


def vault(folder: Path) -> Vault:
    return Vault(folder / "keys", RecordsKeys.parse(RECORDS_KEY))


def units(count: int) -> list[Unit]:
    """Content of all three kinds, larger than the memory tail."""
    found: list[Unit] = []
    for number in range(count):
        found.append(DataUnit(f"line {number} ".encode() * 200))
        found.append(CtrlUnit(1, number.to_bytes(4, "big")))
    return [*found, GapUnit(500, 7, bytes(16), bytes(32)), DataUnit(b"end")]


def write(recording: Recording, content: list[Unit], now: int = 5) -> None:
    for unit in content:
        recording.append(recording.end, unit, now)
    recording.flush()


def played(recording: Recording, start: int = 0, piece: int = 1_000) -> tuple[bytes, int]:
    """Everything from `start`: the bytes of DATA and where reading ended."""
    playback, at, content = Playback(recording), start, b""
    while (unit := playback.read(at, piece)) is not None:
        content += unit.data if isinstance(unit, DataUnit) else b""
        at += unit.length
    return content, at


def data_of(content: list[Unit]) -> bytes:
    return b"".join(unit.data for unit in content if isinstance(unit, DataUnit))


def test_what_was_written_is_read_again_from_any_offset(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    content = units(800)
    write(recording, content)
    expected = data_of(content)
    assert played(recording) == (expected, recording.end)
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    assert played(loaded) == (expected, recording.end)
    for start in (1, 1_999, 123_457):
        assert expected.endswith(played(loaded, start)[0])
        assert played(loaded, start)[1] == recording.end
    recording.close()
    loaded.close()


def test_segments_name_the_one_before_and_go_on_where_it_ended(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, units(3))
    end = recording.end
    recording.begin(HEADER, now=2)
    write(recording, [DataUnit(b"second")])
    recording.close()
    first, second = (read_segment(segment_of(path)) for path in sorted(tmp_path.glob("1/*.rbs")))
    assert (second.header.index, second.header.start_offset) == (1, end)
    assert first.next_offset == end
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    loaded.begin(HEADER, now=3)
    write(loaded, [DataUnit(b"third")])
    loaded.finish("exit", "Done.", 4)
    assert played(loaded, end)[0] == b"secondthird"
    loaded.close()
    third = read_segment(segment_of(tmp_path / "1/0002.rbs"))
    assert (third.ended, third.checks_hold) == (True, True)
    assert len(third.header.previous) == 64


def test_a_torn_tail_is_cut_back_to_the_last_whole_record(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, [DataUnit(b"whole")])
    write(recording, [DataUnit(b"torn away")])
    recording.close()
    path = tmp_path / "1/0000.rbs"
    path.write_bytes(path.read_bytes()[:-3])
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    assert played(loaded) == (b"whole", 5)
    assert read_segment(segment_of(path)).next_offset == 5
    loaded.close()


def test_offsets_no_segment_holds_are_shown_as_missing(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, [DataUnit(b"before")])
    recording.begin(HEADER, now=2, start=100)
    write(recording, [DataUnit(b"after")])
    recording.close()
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    playback = Playback(loaded)
    assert playback.read(6, 1_000) == GapUnit(94, 0, bytes(16), bytes(32))
    assert played(loaded) == (b"beforeafter", 105)
    loaded.close()


def test_nothing_is_recorded_without_an_open_segment(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    with pytest.raises(RecorderFailedError):
        recording.append(0, DataUnit(b"x"), 1)


def test_files_reach_who_asked_and_no_disk(tmp_path: Path) -> None:
    told = CtrlUnit(6, b"\x00" * 24 + b"{}")
    content = [CtrlUnit(9, b"start"), *[DataUnit(b"secret" * 5_000)] * 60, told]
    recording = Recording(tmp_path, vault(tmp_path))
    recording.begin(replace(HEADER, kind="files"), now=1)
    write(recording, content)
    assert played(recording) == (b"secret" * 300_000, recording.end)
    recording.close()
    assert b"secret" not in segment_of(tmp_path / "0000.rbs")
    later = Recording.load(tmp_path, vault(tmp_path))
    assert later.end == recording.end
    playback, at, found = Playback(later), 1_000, list[Unit]()
    while (unit := playback.read(at, 1_000)) is not None:
        found.append(unit)
        at += unit.length
    later.close()
    assert {type(unit) for unit in found} == {GapUnit, CtrlUnit}
    assert found[-1] == told
    assert at == recording.end


def test_what_was_shown_lies_on_no_disk_in_the_clear(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, [DataUnit(b"the planted secret " * 5_000), CtrlUnit(2, b"the planted secret")])
    recording.note({"event": "viewer-joined", "name": "the planted secret"}, 5)
    recording.finish("exit", "the planted secret", 6)
    recording.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2  # the segment, and the wrapped key
    assert all(b"planted" not in path.read_bytes() for path in files)
    assert b"planted" in segment_of(tmp_path / "1/0000.rbs")


def test_a_recording_begun_before_sealing_is_read_and_goes_on_sealed(tmp_path: Path) -> None:
    old = Recording(tmp_path / "1")
    old.begin(HEADER, now=1)
    write(old, [DataUnit(b"before ")])
    old.close()
    first = tmp_path / "1/0000.rbs"
    first.write_bytes(first.read_bytes() + b"\x01\x40")  # torn, as ever
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    loaded.begin(HEADER, now=2)
    write(loaded, [DataUnit(b"after")])
    assert played(loaded)[0] == b"before after"
    loaded.close()
    again = Recording.load(tmp_path / "1", vault(tmp_path))
    assert played(again)[0] == b"before after"
    again.close()
    assert b"after" not in (tmp_path / "1/0001.rbs").read_bytes()
    named = read_segment(segment_of(tmp_path / "1/0001.rbs")).header.previous
    assert named == sha256(first.read_bytes()).hexdigest()


def test_without_its_key_a_recording_is_left_alone_and_not_continued(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, [DataUnit(b"kept")])
    recording.close()
    path = tmp_path / "1/0000.rbs"
    before = path.read_bytes()
    lost = Vault(tmp_path / "keys", RecordsKeys.parse("11" * 32))
    found = Recording.load(tmp_path / "1", lost)
    with pytest.raises(RecorderFailedError, match="key is missing"):
        found.begin(HEADER, now=2)
    other = Recording(tmp_path / "2", lost)
    with pytest.raises(RecorderFailedError, match="not the one"):
        other.begin(HEADER, now=2)
    assert path.read_bytes() == before


def test_a_disk_that_fills_up_leaves_whole_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(tmp_path / "1", vault(tmp_path))
    recording.begin(HEADER, now=1)
    write(recording, [DataUnit(b"kept")])
    real = os.write
    room = [40]

    def full(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken, room[0] = min(room[0], len(data)), 0
        return real(descriptor, data[:taken])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(RecorderFailedError, match="No space left"):
        write(recording, [DataUnit(b"x" * 500)])
    monkeypatch.undo()
    assert played(recording) == (b"kept", 4)
    recording.close()
    loaded = Recording.load(tmp_path / "1", vault(tmp_path))
    assert played(loaded) == (b"kept", 4)
    loaded.close()
