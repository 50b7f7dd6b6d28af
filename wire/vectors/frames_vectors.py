"""frames.json: every frame with its bytes, and bytes that are somebody's fault."""

import dataclasses
from typing import Any

from reachback_wire import frames as f
from reachback_wire import varint

STATE = {"ch": 16, "key": "s1.1", "kind": "shell", "next": 7, "credit": 4096, "end": 9, "acked": 5}
VALID: list[f.Frame] = [
    f.Challenge({"versions": [1, 1], "node": "main", "nonce": "AA", "time": 1, "features": []}),
    f.Hello({"body": "{}", "signature": "armour"}),
    f.Welcome({"version": 1, "generation": 3, "hold": "none", "session": None}),
    f.Nonces((bytes(range(16)), bytes(range(16, 32)))),
    f.Channels([STATE]),
    f.Channels([]),
    f.Resume((f.ResumeEntry(16, 7, 4_096), f.ResumeEntry(17, 70_000, 1 << 40))),
    f.Resume(()),
    f.Seek(16, 0),
    f.Seek(300, varint.MAXIMUM),
    f.Open(16, {"grant": {"body": "{}", "signatures": []}, "open": {}}),
    f.Opened(16, {"key": "s1.1", "sentence": "Erlaubt für Höfe, 酒店"}),
    f.Refused(16, {"code": "unknown-kind", "by": "device"}),
    f.Data(16, b"k"),
    f.Data(63, b"\x00\xff" * 40),
    f.Data(64, "lüü".encode()),
    f.Ctrl(16, 16, b"\x00\x50\x00\x18"),
    f.Ctrl(1, 32, b'{"id":"a"}'),
    f.Ctrl(16, 18, b""),
    f.Gap(16, 1_048_576, 1_763_769_600_000, bytes(range(16)), bytes(range(32))),
    f.Ack(16, 63),
    f.Ack(16, 64),
    f.Credit(16, 16_384),
    f.Close(16, {"code": "ended", "sentence": "The session ended."}),
    f.LinkAck(1_073_741_824, 25_000),
    f.Ping(b"\x00" * 7 + b"\x01"),
    f.Pong(b"8 bytes!"),
    f.Bye({"code": "superseded", "sentence": "A newer connection took over.", "retry_after": 0}),
    f.Notice({"device": "lost", "since": 1_763_769_600_000}),
    f.Watch(17, {"recording": "01-1"}),
]
INVALID: list[tuple[str, str, bytes]] = [
    ("unknown and not ignorable", "malformed", b"\x70\x00"),
    ("JSON cut short", "malformed", b"\x01\x01{"),
    ("JSON is no object", "malformed", b"\x01\x02[]"),
    ("JSON is not UTF-8", "malformed", b"\x01\x01\xff"),
    ("JSON with half a character", "malformed", b'\x01\x0e{"a":"\\ud800"}'),
    ("nonces of 17 bytes", "malformed", b"\x04\x11" + bytes(17)),
    ("a resume cut short", "malformed", b"\x06\x02\x10\x00"),
    ("a seek with a byte too many", "malformed", b"\x07\x03\x10\x00\x00"),
    ("empty data", "malformed", b"\x0b\x01\x10"),
    ("data without a channel", "malformed", b"\x0b\x00"),
    ("a gap of no length", "malformed", b"\x0d\x3a\x10\x00" + bytes(56)),
    ("a ping of 7 bytes", "malformed", b"\x12\x07" + bytes(7)),
    ("a body over the limit", "too-long", b"\x0b\x80\x01\x00\x41"),
]
IGNORED = b"\xf0\x02hi"


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Frames' fields as JSON: bytes in hex, tuples as lists, large integers as decimal text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, int) and value >= 1 << 53:
        return str(value)
    return value


def fields(frame: f.Frame) -> dict[str, Any]:
    """The frame's fields by name; JSON values as they are."""
    return {
        field.name: getattr(frame, field.name)
        if field.name == "value"
        else plain(getattr(frame, field.name))
        for field in dataclasses.fields(frame)
    }


def frames() -> dict[str, Any]:
    """The whole file. Integers of 2^53 and more are written as text; bytes are hex."""
    return {
        "note": "Bytes are hex. Integers >= 2^53 are text. JSON bytes need not be reproduced.",
        "valid": [
            {"name": type(frame).__name__, "fields": fields(frame), "bytes": f.encode(frame).hex()}
            for frame in VALID
        ],
        "invalid": [
            {"why": why, "code": code, "bytes": content.hex()} for why, code, content in INVALID
        ],
        "ignored": {"bytes": IGNORED.hex()},
    }
