"""A shell's recording as asciicast v2, the form terminal players read.

Output, resizes and the device's declared gaps (as markers) are kept; typed and redacted input is
left out. Nothing is escaped: the player's terminal interprets the output.
"""

import codecs
import json
from collections.abc import Iterable, Iterator

from reachback_wire.leaves import RESIZE, START, split_testimony
from reachback_wire.recording import UnitRecord
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit

_COLUMNS, _ROWS = 80, 24


def lines(records: Iterable[UnitRecord], *, title: str = "") -> Iterator[str]:
    """Give asciicast v2 lines (without line ends), the header first.

    `records` are the channel's units in order, over all segments; times are seconds from the first.
    """
    found = iter(records)
    first = next(found, None)
    columns, rows = _size(first)
    started = first.at if first else 0
    header = {"version": 2, "width": columns, "height": rows, "timestamp": started // 1000}
    yield _line({**header, "title": title} if title else header)
    if first is None:
        return
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for record in (first, *found):
        event = _event(record, decoder)
        if event is not None:
            yield _line([(record.at - started) / 1000, *event])


def _event(record: UnitRecord, decoder: codecs.IncrementalDecoder) -> tuple[str, str] | None:
    match record.unit:
        case DataUnit(data):
            text = decoder.decode(data)
            return ("o", text) if text else None
        case GapUnit(length):
            decoder.reset()
            return ("m", f"{length} bytes missing, as the device declares")
        case CtrlUnit(kind, body) if kind == RESIZE:
            size = _payload(body)
            if len(size) == 4:
                columns, rows = int.from_bytes(size[:2], "big"), int.from_bytes(size[2:], "big")
                return ("r", f"{columns}x{rows}")
    return None


def _size(first: UnitRecord | None) -> tuple[int, int]:
    """Read the terminal's size out of the START testimony, 80 by 24 without one."""
    if first is None or not isinstance(first.unit, CtrlUnit) or first.unit.kind != START:
        return _COLUMNS, _ROWS
    try:
        parameters = json.loads(_payload(first.unit.body))["parameters"]
        return int(parameters["columns"]), int(parameters["rows"])
    except (ValueError, KeyError, TypeError):
        return _COLUMNS, _ROWS


def _payload(body: bytes) -> bytes:
    try:
        return split_testimony(body)[2]
    except ValueError:
        return b""


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
