import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback_wire import varint
from reachback_wire.link_errors import LocalError, RemoteError
from reachback_wire.streams import SEGMENT, UNIT_COST, Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit


def filled() -> SendBuffer:
    """DATA 0-5, CTRL 5, DATA 6-9, GAP 9-109, DATA 109-112."""
    buffer = SendBuffer(1_000)
    buffer.write(b"he")
    buffer.write(b"llo")
    buffer.control(16, b"\0\x50\0\x18")
    buffer.write(b"abc")
    buffer.gap(100, 7, bytes(16), bytes(32))
    buffer.write(b"end")
    return buffer


def test_units_are_read_at_their_offsets() -> None:
    buffer = filled()
    assert buffer.end == 112
    assert buffer.read(0, 100) == DataUnit(b"hello")
    assert buffer.read(2, 2) == DataUnit(b"ll")
    assert buffer.read(5, 1) == CtrlUnit(16, b"\0\x50\0\x18")
    assert buffer.read(9, 1) == GapUnit(100, 7, bytes(16), bytes(32))
    assert buffer.read(110, 100) == DataUnit(b"nd")
    assert buffer.read(112, 100) is None


def test_a_rewind_into_a_gap_or_below_an_acknowledgement_is_refused() -> None:
    buffer = filled()
    with pytest.raises(RemoteError, match="middle"):
        buffer.read(50, 10)
    buffer.ack(3)
    with pytest.raises(RemoteError, match="asked for again"):
        buffer.read(2, 10)
    assert buffer.read(3, 10) == DataUnit(b"lo")


def test_acknowledged_units_are_forgotten_and_make_room() -> None:
    buffer = filled()
    assert buffer.room == 1_000 - 11 - 4 - 2 * UNIT_COST
    buffer.ack(4)
    buffer.ack(2)
    assert (buffer.acked, buffer.room) == (4, 1_000 - 7 - 4 - 2 * UNIT_COST)
    buffer.ack(112)
    assert (buffer.acked, buffer.room) == (112, 1_000)
    with pytest.raises(RemoteError):
        buffer.ack(113)


def test_a_full_buffer_takes_no_bytes_but_still_testimony() -> None:
    buffer = SendBuffer(4, start=10)
    buffer.write(b"")
    buffer.write(b"full")
    with pytest.raises(LocalError):
        buffer.write(b"!")
    buffer.control(5, b"{}")
    assert (buffer.room, buffer.end) == (0, 15)


def test_large_writes_are_kept_and_read_whole() -> None:
    buffer = SendBuffer(1 << 20)
    large = bytes(SEGMENT)
    buffer.write(large)
    buffer.write(b"tail")
    assert buffer.read(0, SEGMENT) == DataUnit(large)
    assert buffer.read(SEGMENT, SEGMENT) == DataUnit(b"tail")


def test_the_memory_of_a_partly_acknowledged_piece_is_freed() -> None:
    buffer = SendBuffer(1_000)
    buffer.write(bytes(900))
    buffer.ack(100)
    assert buffer.room == 100
    buffer.ack(600)
    assert buffer.room == 700
    assert buffer.read(600, 1_000) == DataUnit(bytes(300))


WRITES = st.lists(
    st.one_of(st.binary(max_size=60), st.integers(0, 40), st.tuples(st.integers(1, 50))),
    max_size=20,
)


@given(WRITES, st.integers(1, 70), st.data())
def test_reading_from_any_unit_start_gives_the_same_stream(
    writes: list[bytes | int | tuple[int]], chunk: int, data: st.DataObject
) -> None:
    buffer, expected, starts = SendBuffer(1 << 20), [], [0]
    for write in writes:
        if isinstance(write, bytes):
            buffer.write(write)
            expected.extend(write)
            starts.extend(range(starts[-1] + 1, buffer.end + 1))
        elif isinstance(write, int):
            buffer.control(write, b"body")
            expected.append(CtrlUnit(write, b"body"))
            starts.append(buffer.end)
        else:
            buffer.gap(write[0], 1, bytes(16), bytes(32))
            expected.append(GapUnit(write[0], 1, bytes(16), bytes(32)))
            starts.append(buffer.end)
    which = data.draw(st.integers(0, len(starts) - 1))
    at, read = starts[which], []
    buffer.ack(starts[data.draw(st.integers(0, which))])
    while (unit := buffer.read(at, chunk)) is not None:
        assert unit.length <= chunk or not isinstance(unit, DataUnit)
        read.extend(unit.data if isinstance(unit, DataUnit) else [unit])
        at += unit.length
    assert at == buffer.end
    assert read == expected[which:]


def test_nothing_counts_before_a_seek() -> None:
    receiver = Receiver()
    assert receiver.accept(DataUnit(b"lost")) is None
    receiver.seek(0)
    assert receiver.accept(DataUnit(b"abc")) == (0, DataUnit(b"abc"))
    receiver.disconnect()
    assert receiver.accept(DataUnit(b"def")) is None
    assert receiver.next == 3


def test_repeats_are_trimmed_or_dropped_and_holes_discarded() -> None:
    receiver = Receiver(next=10)
    receiver.seek(6)
    assert receiver.accept(DataUnit(b"abc")) is None
    assert receiver.accept(DataUnit(b"defg")) == (10, DataUnit(b"efg"))
    receiver.seek(12)
    assert receiver.accept(CtrlUnit(1, b"")) is None
    assert receiver.accept(CtrlUnit(2, b"")) == (13, CtrlUnit(2, b""))
    receiver.seek(20)
    assert receiver.accept(DataUnit(b"hole")) is None
    receiver.seek(14)
    assert receiver.accept(GapUnit(6, 0, b"", b"")) == (14, GapUnit(6, 0, b"", b""))
    assert receiver.next == 20


@pytest.mark.parametrize("unit", [GapUnit(10, 0, b"", b""), GapUnit(varint.MAXIMUM, 0, b"", b"")])
def test_an_impossible_gap_is_the_senders_fault(unit: Unit) -> None:
    receiver = Receiver(next=5)
    receiver.seek(3)
    with pytest.raises(RemoteError):
        receiver.accept(unit)
