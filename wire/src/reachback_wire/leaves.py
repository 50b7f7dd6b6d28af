"""Leaves: what the device testifies, unit by unit, and the chain over them (documents.md)."""

import hashlib
from collections.abc import Iterable
from typing import Final

from reachback_wire import varint
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

SALT_LENGTH: Final = 16
HASH_LENGTH: Final = 32
_TIME_LENGTH: Final = 8

# CTRL kinds of the testimony and the tag of their leaves (link.md, *CTRL kinds*).
OUTPUT_LEAF, INPUT, REDACTED, RESIZE, EXIT, FILE, EXEC, DENIED, START, RECEIPT = range(1, 11)
HALF_END: Final = 15
STDERR: Final = 11
SIGNALLED: Final = 12
ATTACHED: Final = 13
TAGS: Final[dict[int, bytes]] = {
    OUTPUT_LEAF: b"o",
    INPUT: b"i",
    REDACTED: b"x",
    RESIZE: b"r",
    EXIT: b"e",
    FILE: b"f",
    EXEC: b"c",
    DENIED: b"d",
    START: b"s",
    HALF_END: b"h",
    STDERR: b"2",
    SIGNALLED: b"k",
    ATTACHED: b"a",
}
GAP_TAG: Final = b"g"


def leaf_hash(tag: bytes, time: int, salt: bytes, payload: bytes) -> bytes:
    """SHA-256(0x00 ‖ salt ‖ tag ‖ time ‖ payload); `time` in ms since 1970.

    Raises ValueError for a tag that is not one byte or a salt that is not 16.
    """
    if len(tag) != 1 or len(salt) != SALT_LENGTH:
        raise ValueError("A leaf has a tag of 1 byte and a salt of 16.")
    moment = time.to_bytes(_TIME_LENGTH, "big")
    return hashlib.sha256(b"\x00" + salt + tag + moment + payload).digest()


def gap_leaf(length: int, time: int, salt: bytes, sha256: bytes) -> bytes:
    """Give the leaf of a GAP: content of `length` units with this hash is declared missing."""
    return leaf_hash(GAP_TAG, time, salt, length.to_bytes(8, "big") + sha256)


def testimony_body(time: int, salt: bytes, payload: bytes) -> bytes:
    """Build the body of a testimony CTRL: time, salt, payload."""
    return time.to_bytes(_TIME_LENGTH, "big") + salt + payload


def redacted_body(time: int, leaf: bytes) -> bytes:
    """Build REDACTED's body: the time and the leaf alone; salt and bytes stay on the device."""
    return time.to_bytes(_TIME_LENGTH, "big") + leaf


def split_testimony(body: bytes) -> tuple[int, bytes, bytes]:
    """Take a testimony's body apart into time, salt, payload; raises ValueError when too short."""
    head = _TIME_LENGTH + SALT_LENGTH
    if len(body) < head:
        raise ValueError("A testimony is shorter than its time and salt.")
    return int.from_bytes(body[:_TIME_LENGTH], "big"), body[_TIME_LENGTH:head], body[head:]


def split_redacted(body: bytes) -> tuple[int, bytes]:
    """Take REDACTED's body apart into time and leaf; raises ValueError for another length."""
    if len(body) != _TIME_LENGTH + HASH_LENGTH:
        raise ValueError("A redacted testimony is a time and a leaf.")
    return int.from_bytes(body[:_TIME_LENGTH], "big"), body[_TIME_LENGTH:]


class LeafChain:
    """The running hash over a channel's leaves: h₀ = SHA-256("reachback-leaves" ‖ key)."""

    def __init__(self, key: str) -> None:
        self._head = hashlib.sha256(b"reachback-leaves" + key.encode()).digest()
        self._count = 0

    @classmethod
    def resumed(cls, key: str, head: bytes, count: int) -> "LeafChain":
        """Go on from a head and count that were stored."""
        chain = cls(key)
        chain._head, chain._count = head, count
        return chain

    @property
    def head(self) -> bytes:
        return self._head

    @property
    def count(self) -> int:
        return self._count

    def add(self, leaf: bytes) -> bytes:
        """Add a leaf and give the new head."""
        self._head = hashlib.sha256(b"\x01" + self._head + leaf).digest()
        self._count += 1
        return self._head

    def extend(self, leaves: Iterable[bytes]) -> bytes:
        for leaf in leaves:
            self.add(leaf)
        return self._head


class LeafReader:
    """Recomputes a channel's leaves from its units, in order: what the receipts must agree with.

    `unit` gives the leaf a unit makes, or None (DATA not yet under a leaf, RECEIPT, other CTRL).
    Raises ValueError when the testimony contradicts itself.
    """

    def __init__(self, key: str) -> None:
        self.chain = LeafChain(key)
        self._pending = bytearray()

    @property
    def pending(self) -> int:
        """Bytes of DATA that no leaf covers yet."""
        return len(self._pending)

    def unit(self, unit: Unit) -> bytes | None:
        if isinstance(unit, DataUnit):
            self._pending += unit.data
            return None
        leaf = self._leaf(unit)
        if leaf is not None:
            self.chain.add(leaf)
        return leaf

    def _leaf(self, unit: CtrlUnit | GapUnit) -> bytes | None:
        if isinstance(unit, CtrlUnit) and unit.kind not in TAGS:
            return None
        if isinstance(unit, CtrlUnit) and unit.kind == OUTPUT_LEAF:
            return self._output_leaf(unit.body)
        if self._pending:
            raise ValueError("Output was not put under a leaf before other testimony.")
        if isinstance(unit, GapUnit):
            return gap_leaf(unit.length, unit.time, unit.salt, unit.sha256)
        if unit.kind == REDACTED:
            return split_redacted(unit.body)[1]
        time, salt, payload = split_testimony(unit.body)
        return leaf_hash(TAGS[unit.kind], time, salt, payload)

    def _output_leaf(self, body: bytes) -> bytes:
        time, salt, rest = split_testimony(body)
        length = varint.decode(rest, 0, len(rest))
        if length is None or length[1] != len(rest) or length[0] != len(self._pending):
            raise ValueError("An output leaf does not cover exactly the output before it.")
        payload = bytes(self._pending)
        self._pending.clear()
        return leaf_hash(TAGS[OUTPUT_LEAF], time, salt, payload)
