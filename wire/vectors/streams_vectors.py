"""streams.json: what a receiver hands on, step by step, and what a link writes."""

from typing import Any

from reachback_wire import frames as f
from reachback_wire.link import INPUT, INTERACTIVE, Link, RemoteError
from reachback_wire.streams import LARGEST, Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

SALT, DIGEST = bytes(range(16)), bytes(range(32))
GAP = GapUnit(100, 1_763_769_600_000, SALT, DIGEST)
Steps = list[int | Unit]
CASES: list[tuple[str, int, Steps]] = [
    ("nothing counts before a seek", 0, [DataUnit(b"lost"), 0, DataUnit(b"abc")]),
    ("data is trimmed", 4, [2, DataUnit(b"cdef"), DataUnit(b"g")]),
    ("data below next is dropped", 9, [0, DataUnit(b"abc"), 9, DataUnit(b"j")]),
    ("a control below next is dropped", 3, [2, CtrlUnit(5, b"{}"), CtrlUnit(6, b"x")]),
    ("a gap below next is dropped", 100, [0, GAP, DataUnit(b"z")]),
    ("a gap advances by its length", 0, [0, GAP, CtrlUnit(5, b"")]),
    ("a hole lasts until a seek at or below next", 5, [8, DataUnit(b"no"), 5, DataUnit(b"yes")]),
    ("a gap over what arrived is an error", 5, [0, GAP]),
    ("the largest offset is still one", LARGEST - 3, [LARGEST - 3, DataUnit(b"end")]),
    ("beyond the largest offset is an error", LARGEST - 3, [LARGEST - 3, DataUnit(b"over")]),
    ("a gap beyond the largest offset is an error", 0, [LARGEST - 99, GAP]),
]


def plain(unit: Unit) -> dict[str, Any]:
    """A unit as JSON."""
    if isinstance(unit, DataUnit):
        return {"data": unit.data.hex()}
    if isinstance(unit, CtrlUnit):
        return {"kind": unit.kind, "body": unit.body.hex()}
    return {
        "length": unit.length,
        "time": unit.time,
        "salt": unit.salt.hex(),
        "sha256": unit.sha256.hex(),
    }


def played(start: int, steps: Steps) -> list[dict[str, Any]]:
    """Each step with what the receiver handed on and where it stands."""
    receiver, rows = Receiver(start), []
    for step in steps:
        if isinstance(step, int):
            receiver.seek(step)
            rows.append({"seek": step, "next": receiver.next})
            continue
        row: dict[str, Any] = {"unit": plain(step)}
        try:
            accepted = receiver.accept(step)
        except RemoteError as error:
            rows.append({**row, "error": error.code})
            break
        handed = accepted and {"offset": accepted[0], "unit": plain(accepted[1])}
        rows.append({**row, "accepted": handed, "next": receiver.next})
    return rows


def conversation() -> list[dict[str, Any]]:
    """A key and an output channel on a fresh connection, a rewind, credit: bytes per transmit."""
    link, keys, output = Link(0.0), SendBuffer(1 << 16), SendBuffer(1 << 16)
    link.attach(16, keys, priority=INPUT)
    link.attach(17, output, priority=INTERACTIVE)
    rows: list[dict[str, Any]] = []

    def step(now: float, *received: f.Frame) -> None:
        content = b"".join(map(f.encode, received))
        if content:
            link.receive(content, now)
        sent = [message.hex() for message in link.transmit(now)]
        rows.append({"now": now, "received": content.hex(), "sent": sent})

    output.write(b"welcome")
    output.control(1, bytes(24) + b"\x07")
    keys.write(b"ls")
    step(0.0)
    step(0.5, f.Resume((f.ResumeEntry(16, 0, 10), f.ResumeEntry(17, 0, 7))))
    step(1.0, f.Credit(17, 100))
    keys.write(b"\r")
    step(1.5)
    step(2.0, f.Resume((f.ResumeEntry(17, 3, 100),)))
    step(2.5, f.Ping(b"8 bytes!"))
    step(3.0, f.LinkAck(40, 0))
    step(3.5)
    return rows


def streams() -> dict[str, Any]:
    """The whole file."""
    return {
        "note": "Bytes are hex. conversation: ch 16 is class 1 and holds 'ls', ch 17 class 2 and "
        "holds 'welcome' and a CTRL of kind 1 (24 zero bytes and 07); before row 4 a carriage "
        "return is typed. Each row: receive, then transmit.",
        "receiver": [
            {"name": name, "start": start, "steps": played(start, steps)}
            for name, start, steps in CASES
        ],
        "conversation": conversation(),
    }
