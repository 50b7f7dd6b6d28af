import json

from lotus import NOW

from reachback_wire import asciicast, leaves
from reachback_wire.recording import UnitRecord
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

SALT = bytes(16)


def start(columns: int, rows: int) -> CtrlUnit:
    value = {"key": "s.1", "kind": "shell", "parameters": {"columns": columns, "rows": rows}}
    body = leaves.testimony_body(NOW, SALT, json.dumps(value).encode())
    return CtrlUnit(leaves.START, body)


def cast(*units: Unit) -> list[object]:
    records = [UnitRecord(0, NOW + index * 250, 0, unit) for index, unit in enumerate(units)]
    return [json.loads(line) for line in asciicast.lines(records, title="Lijiang <b>")]


def test_output_and_resizes_are_kept_and_input_is_left_out() -> None:
    size = leaves.testimony_body(NOW, SALT, (132).to_bytes(2, "big") + (43).to_bytes(2, "big"))
    typed = leaves.testimony_body(NOW, SALT, b"secret")
    hidden = leaves.redacted_body(NOW, bytes(32))
    found = cast(
        start(100, 30),
        DataUnit(b"\x1b[31m<script>"),
        CtrlUnit(leaves.INPUT, typed),
        CtrlUnit(leaves.REDACTED, hidden),
        CtrlUnit(leaves.RESIZE, size),
        GapUnit(512, NOW, SALT, bytes(32)),
    )
    assert found == [
        {
            "version": 2,
            "width": 100,
            "height": 30,
            "timestamp": NOW // 1000,
            "title": "Lijiang <b>",
        },
        [0.25, "o", "\x1b[31m<script>"],
        [1.0, "r", "132x43"],
        [1.25, "m", "512 bytes missing, as the device declares"],
    ]


def test_a_character_cut_between_two_units_is_whole_again() -> None:
    text = "登".encode()
    assert cast(DataUnit(text[:1]), DataUnit(text[1:]))[1:] == [[0.25, "o", "登"]]
    assert cast(DataUnit(b"\xff"))[1:] == [[0.0, "o", "\ufffd"]]


def test_a_recording_without_units_or_size_still_plays() -> None:
    assert cast() == [
        {"version": 2, "width": 80, "height": 24, "timestamp": 0, "title": "Lijiang <b>"}
    ]
    broken = CtrlUnit(leaves.START, leaves.testimony_body(NOW, SALT, b"not json"))
    found = cast(broken, CtrlUnit(leaves.RESIZE, b"short"))
    assert len(found) == 1
