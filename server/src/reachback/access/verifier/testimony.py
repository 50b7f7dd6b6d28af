"""Testimony: every leaf computed again, and held against the receipts the device signed."""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from reachback.access.verifier import segments
from reachback.access.verifier.envelopes import Signed, opened
from reachback.access.verifier.failures import Altered, Failure, Incomplete, Unreadable
from reachback.access.verifier.segments import varint
from reachback.access.verifier.units import Unit

OUTPUT, INPUT, REDACTED, RESIZE, EXIT, FILE, EXEC, DENIED, START, RECEIPT = range(1, 11)
HALF_END = 15
STDERR = 11
SIGNALLED = 12
ATTACHED = 13
_TAGS = {
    INPUT: (b"i", "input"),
    RESIZE: (b"r", "window size"),
    EXIT: (b"e", "exit"),
    FILE: (b"f", "file"),
    EXEC: (b"c", "script"),
    DENIED: (b"d", "refusal"),
    START: (b"s", "start"),
    HALF_END: (b"h", "end of a half"),
    STDERR: (b"2", "standard error"),
    SIGNALLED: (b"k", "signal"),
    ATTACHED: (b"a", "change of hands"),
}


@dataclass(frozen=True)
class Leaf:
    """One chunk of testimony: its number from 1, what it is, and the device's time (ms)."""

    number: int
    name: str
    time: int
    hash: bytes
    units: tuple[Unit, ...]

    @property
    def called(self) -> str:
        """How a sentence names this chunk."""
        try:
            clock = datetime.fromtimestamp(self.time / 1000, tz=UTC).strftime("%H:%M:%S")
        except (ValueError, OverflowError, OSError):
            clock = "at no possible time"
        return f"Chunk {self.number} ({self.name}, {clock})"


@dataclass(frozen=True)
class Receipt:
    """A signed receipt and where in the stream it came."""

    document: Signed
    offset: int
    leaves: int


@dataclass(frozen=True)
class Handover:
    """The device's word that somebody else types from chunk `leaf` on; `told` is what it says."""

    leaf: int
    told: dict[str, Any]


@dataclass
class Channel:
    """What one channel's stream holds, as the device told it."""

    key: str
    leaves: list[Leaf] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    gaps: int = 0
    start: dict[str, Any] | None = None
    puts: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    length: int = 0
    fault: Failure | None = None
    _waiting: list[Unit] = field(default_factory=list)

    def read(self, units: Iterable[Unit]) -> None:
        """Take every unit; the first that cannot be read becomes `fault` and ends the reading."""
        try:
            for unit in units:
                self._take(unit)
                self.length = unit.offset + unit.length
        except Failure as failure:
            self.fault = failure
            return
        if self._waiting:
            self.fault = Incomplete(
                "The last output has no testimony: the recording was cut short."
            )

    def _take(self, unit: Unit) -> None:
        if unit.kind == segments.PASSED and not self.ended:
            return  # a file's content: the FILE leaf that follows has its SHA-256
        if self.ended and unit.kind != segments.CTRL:
            msg = "The recording goes on after the device said that the channel ended."
            raise Altered(msg)
        if unit.kind == segments.DATA:
            self._waiting.append(unit)
            return
        if unit.kind == segments.GAP:
            self._gap(unit)
            return
        try:
            kind, at = varint(unit.body, 0)
        except IndexError as error:
            raise self._unreadable(unit) from error
        self._control(unit, kind, unit.body[at:])

    def _control(self, unit: Unit, kind: int, body: bytes) -> None:
        if kind == RECEIPT:
            self._receipt(unit, body)
        elif kind == OUTPUT:
            self._output(unit, body)
        elif kind == REDACTED and len(body) == 40:
            self._add("hidden input", body[:8], body[8:], (unit,))
        elif kind in _TAGS and len(body) >= 24:
            self._told(unit, kind, body)
        else:
            raise self._unreadable(unit)

    def _told(self, unit: Unit, kind: int, body: bytes) -> None:
        tag, name = _TAGS[kind]
        payload = body[24:]
        self._add(name, body[:8], _leaf(tag, body[:8], body[8:24], payload), (unit,))
        if kind == START and self.start is None and len(self.leaves) == 1:
            self.start = _json(payload)
        if kind == ATTACHED:
            self.handovers.append(Handover(len(self.leaves), _json(payload)))
        if kind == FILE:
            told = _json(payload)
            if told.get("operation") == "put":
                self.puts.append(told)
        if kind == EXIT:
            self.ended = True

    def _output(self, unit: Unit, body: bytes) -> None:
        payload = b"".join(each.body for each in self._waiting)
        try:
            length, at = varint(body, 24)
        except IndexError as error:
            raise self._unreadable(unit) from error
        if length != len(payload) or at != len(body):
            msg = f"Chunk {len(self.leaves) + 1} (output) does not have the length testified."
            raise Altered(msg)
        leaf = _leaf(b"o", body[:8], body[8:24], payload)
        self._add("output", body[:8], leaf, (*self._waiting, unit))
        self._waiting = []

    def _gap(self, unit: Unit) -> None:
        if len(unit.body) != 56:
            raise self._unreadable(unit)
        time, salt, digest = unit.body[:8], unit.body[8:24], unit.body[24:]
        payload = struct.pack(">Q", unit.length) + digest
        self._add("gap", time, _leaf(b"g", time, salt, payload), (unit,))
        self.gaps += 1

    def _receipt(self, unit: Unit, body: bytes) -> None:
        try:
            document = opened(_json(body), "reachback-receipt")
        except Unreadable as error:
            raise self._unreadable(unit) from error
        self.receipts.append(Receipt(document, unit.offset, len(self.leaves)))

    def _add(self, name: str, time: bytes, leaf: bytes, units: tuple[Unit, ...]) -> None:
        if self._waiting and name != "output":
            msg = f"Chunk {len(self.leaves) + 1} ({name}) stands before the output it follows."
            raise Altered(msg)
        if self.ended:
            msg = "The recording goes on after the device said that the channel ended."
            raise Altered(msg)
        at = int.from_bytes(time, "big")
        self.leaves.append(Leaf(len(self.leaves) + 1, name, at, leaf, units))

    def _unreadable(self, unit: Unit) -> Altered:
        return Altered(
            f"Chunk {len(self.leaves) + 1} was altered: unit {unit.offset} cannot be read."
        )


def _leaf(tag: bytes, time: bytes, salt: bytes, payload: bytes) -> bytes:
    return sha256(b"\x00" + salt + tag + time + payload).digest()


def _json(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        msg = "A record holds something that is not JSON."
        raise Unreadable(msg) from error
    if not isinstance(value, dict):
        msg = "A record holds something that is not a document."
        raise Unreadable(msg)
    return value


def heads(key: str, leaves: Iterable[bytes]) -> list[str]:
    """Return the chain's head after 0, 1, 2 … leaves, as receipts write it."""
    head = sha256(b"reachback-leaves" + key.encode()).digest()
    found = [head.hex()]
    for leaf in leaves:
        head = sha256(b"\x01" + head + leaf).digest()
        found.append(head.hex())
    return found
