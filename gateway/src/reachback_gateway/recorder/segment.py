"""Reading a segment back from any record of it, for those who follow (recording.md).

Writing, and reading from the start with every check, are reachback_wire.recording's.
"""

from dataclasses import dataclass

from reachback_wire import varint
from reachback_wire.recording import CTRL, DATA, END, GAP, MAGIC, PASSED
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

__all__ = ["END", "Record", "body_start", "record_at"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as found: where it begins and ends in the file, and its unit if it has one."""

    begin: int
    end: int
    kind: int
    offset: int = 0
    unit: Unit | None = None


def body_start(data: bytes) -> int | None:
    """Where the first record begins; None when the head is torn or not ours."""
    if not data.startswith(MAGIC):
        return None
    length = varint.decode(data, len(MAGIC), len(data))
    if length is None or length[1] + length[0] > len(data):
        return None
    return length[1] + length[0]


def record_at(data: bytes, at: int) -> Record | None:
    """The whole record beginning at `at`, None when it is torn or `at` is the end."""
    if at >= len(data):
        return None
    length = varint.decode(data, at + 1, len(data))
    if length is None or length[1] + length[0] > len(data):
        return None
    start, end, kind = length[1], length[1] + length[0], data[at]
    if kind not in (DATA, CTRL, GAP, PASSED):
        return Record(at, end, kind)
    return _unit_record(data, at, start, end, kind)


def _unit_record(data: bytes, at: int, start: int, end: int, kind: int) -> Record | None:
    place = start
    numbers: list[int] = []
    for _ in range(2 if kind == DATA else 3):
        found = varint.decode(data, place, end)
        if found is None:
            return None
        numbers.append(found[0])
        place = found[1]
    body = data[place:end]
    if kind == DATA:
        return Record(at, end, kind, numbers[1], DataUnit(body))
    if kind == CTRL:
        return Record(at, end, kind, numbers[1], CtrlUnit(numbers[2], body))
    if kind == PASSED:  # not here any more: who asks for it is told that it is missing
        return Record(at, end, kind, numbers[1], GapUnit(numbers[2], 0, bytes(16), bytes(32)))
    gap = GapUnit(numbers[2], int.from_bytes(body[:8], "big"), body[8:24], body[24:56])
    return Record(at, end, kind, numbers[1], gap)
