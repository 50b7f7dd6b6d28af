"""The device's word about a channel: units, their leaves, and the chain over the leaves.

Layouts: docs/protocols/link.md, CTRL kinds. The time is handed in (ms since 1970).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from reachback_connector.holder.log import UnitLog
from reachback_wire import varint
from reachback_wire.leaves import LeafChain, leaf_hash
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit

OUTPUT_LEAF, INPUT, REDACTED, RESIZE, EXIT = 1, 2, 3, 4, 5
FILE, EXEC, DENIED, START, RECEIPT, STDERR, SIGNALLED = 6, 7, 8, 9, 10, 11, 12
ATTACHED = 13
HALF_END = 15
LEAF_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt says about a channel: so many leaves, this head, up to this offset."""

    leaves: int
    head: str
    offset: int


class Testimony:
    """Everything that enters a channel's unit log goes through here and gets its leaf."""

    def __init__(self, key: str, log: UnitLog) -> None:
        self.log = log
        self._chain = LeafChain(key)
        self._open = bytearray()
        self._missing = 0
        self._missing_hash = hashlib.sha256()
        self._salts = b""

    @property
    def standing(self) -> Standing:
        return Standing(self._chain.count, self._chain.head.hex(), self.log.end)

    @property
    def under_no_leaf(self) -> int:
        """Bytes of output that wait for their OUTPUT_LEAF."""
        return len(self._open)

    @property
    def missing(self) -> int:
        """Bytes of output dropped since the last declared gap."""
        return self._missing

    def output(self, data: bytes, now: int) -> None:
        """Bytes the terminal produced. Without room they are counted and hashed, not kept."""
        for at in range(0, len(data), LEAF_BYTES):
            self._output(data[at : at + LEAF_BYTES], now)

    def _output(self, data: bytes, now: int) -> None:
        if len(self._open) + len(data) > LEAF_BYTES:
            self.output_leaf(now)
        if not self._missing and self.log.append(DataUnit(data)):
            self._open += data
            return
        self.output_leaf(now)
        self._missing += len(data)
        self._missing_hash.update(data)

    def output_leaf(self, now: int) -> None:
        """Put every byte of output so far under a leaf."""
        if self._open:
            length = varint.encode(len(self._open))
            self._testify(OUTPUT_LEAF, b"o", bytes(self._open), now, shown=length)
            self._open.clear()

    def close_gap(self, now: int) -> None:
        """Declare what was dropped: length and SHA-256, so that nothing vanishes in silence."""
        if not self._missing:
            return
        salt, digest = self._salt(), self._missing_hash.digest()
        self._chain.add(leaf_hash(b"g", now, salt, self._missing.to_bytes(8, "big") + digest))
        self.log.append(GapUnit(self._missing, now, salt, digest), must=True)
        self._missing, self._missing_hash = 0, hashlib.sha256()

    def start(self, facts: dict[str, Any], now: int) -> None:
        self._testify(START, b"s", _json(facts), now)

    def input(self, data: bytes, now: int, *, secret: bool) -> None:
        """Bytes that were typed. Secret ones leave nothing behind but a salted hash."""
        self._before(now)
        if not secret:
            self._testify(INPUT, b"i", data, now)
            return
        leaf = leaf_hash(b"x", now, self._salt(), data)
        self._chain.add(leaf)
        self.log.append(CtrlUnit(REDACTED, now.to_bytes(8, "big") + leaf), must=True)

    def resize(self, columns: int, rows: int, now: int) -> None:
        self._before(now)
        self._testify(RESIZE, b"r", columns.to_bytes(2, "big") + rows.to_bytes(2, "big"), now)

    def signalled(self, name: str, now: int) -> None:
        """A signal the technician sent to the job."""
        self._before(now)
        self._testify(SIGNALLED, b"k", name.encode(), now)

    def attached(self, facts: dict[str, Any], now: int) -> None:
        """Who types from here on, under which grant, and by whose offer."""
        self._before(now)
        self._testify(ATTACHED, b"a", _json(facts), now)

    def exit(
        self, status: int | None, signal: str | None, now: int, *, reason: str | None = None
    ) -> None:
        """The last testimony of the channel; `reason` says why a script or restart ended."""
        self._before(now)
        told = {"status": status, "signal": signal}
        self._testify(
            EXIT, b"e", _json(told if reason is None else {**told, "reason": reason}), now
        )

    def stderr(self, data: bytes, now: int) -> None:
        """What a script wrote to its standard error: each piece is a leaf of its own."""
        self._before(now)
        self._testify(STDERR, b"2", data, now)

    def executed(self, facts: dict[str, Any], now: int) -> None:
        """What ran, with what, and what came of it."""
        self._before(now)
        self._testify(EXEC, b"c", _json(facts), now)

    def half_end(self, now: int) -> None:
        """A tunnel's target has sent its last byte; the other direction may go on."""
        self._before(now)
        self._testify(HALF_END, b"h", b"", now)

    def tunnel_exit(self, account: dict[str, Any], now: int) -> None:
        """The last testimony of a tunnel: how it ended, bytes and SHA-256 of each direction."""
        self._before(now)
        self._testify(EXIT, b"e", _json(account), now)

    def file(self, value: dict[str, Any], now: int) -> None:
        """What was done to a file."""
        self._testify(FILE, b"f", _json(value), now)

    def denied(self, value: dict[str, Any], now: int) -> None:
        """What was asked within the channel and refused by the contract."""
        self._testify(DENIED, b"d", _json(value), now)

    def content(self, data: bytes) -> None:
        """A file's bytes: under no leaf, as the FILE leaf that follows has their SHA-256."""
        self.log.append(DataUnit(data), must=True)

    def untold(self, kind: int, body: bytes) -> None:
        """An answer to the technician's program: part of the stream, not of the testimony."""
        self.log.append(CtrlUnit(kind, body), must=True)

    def receipt(self, envelope: dict[str, Any]) -> None:
        """A signed receipt travels in the stream; it is not a leaf."""
        self.log.append(CtrlUnit(RECEIPT, _json(envelope)), must=True)

    def _salt(self) -> bytes:
        """16 random bytes; drawn for many leaves at once, the kernel's call costs more than all."""
        if not self._salts:
            self._salts = secrets.token_bytes(16 * 32)
        salt, self._salts = self._salts[:16], self._salts[16:]
        return salt

    def _before(self, now: int) -> None:
        self.output_leaf(now)
        self.close_gap(now)

    def _testify(
        self, kind: int, tag: bytes, payload: bytes, now: int, *, shown: bytes | None = None
    ) -> None:
        salt = self._salt()
        self._chain.add(leaf_hash(tag, now, salt, payload))
        body = now.to_bytes(8, "big") + salt + (payload if shown is None else shown)
        self.log.append(CtrlUnit(kind, body), must=True)


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
