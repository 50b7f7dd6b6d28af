"""Merkle trees of RFC 6962: roots, inclusion and consistency proofs over tiles. Pure.

A *tile* is the 256 digests of complete subtrees side by side on a level that is a multiple of 8
(level 0: the leaves). Proofs over a million leaves read a handful of tiles. The proof algorithms
follow RFC 6962 section 2.1, their verification RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

STEP = 8
TILE = 1 << STEP
EMPTY = hashlib.sha256(b"").digest()


def leaf_digest(content: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_digest(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tiles(Protocol):
    """Where tiles come from. Only digests of complete subtrees exist."""

    def tile(self, level: int, number: int) -> list[bytes]:
        """Return up to TILE digests of `level` (a multiple of STEP) from number * TILE on."""


def fold(digests: Iterable[bytes]) -> bytes:
    """Return the digest of the complete subtree over 2^k digests."""
    row = list(digests)
    while len(row) > 1:
        row = [node_digest(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _subtree(tiles: Tiles, level: int, index: int) -> bytes:
    base = level - level % STEP
    width = 1 << (level - base)
    first = index * width
    row = tiles.tile(base, first // TILE)
    return fold(row[first % TILE : first % TILE + width])


def _split(count: int) -> int:
    """Return the largest power of two below `count` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(tiles: Tiles, start: int, end: int) -> bytes:
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return _subtree(tiles, level, start >> level)
    middle = start + _split(count)
    return node_digest(_range_root(tiles, start, middle), _range_root(tiles, middle, end))


def root(tiles: Tiles, size: int) -> bytes:
    """Return the root of the first `size` leaves."""
    return _range_root(tiles, 0, size) if size else EMPTY


def inclusion_proof(tiles: Tiles, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, leaf's side first."""
    if not 0 <= index < size:
        msg = f"leaf {index} is not in a tree of {size}"
        raise ValueError(msg)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(tiles, middle, end))
            end = middle
        else:
            path.append(_range_root(tiles, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(tiles: Tiles, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `size`."""
    if not 0 < old <= size:
        msg = f"a tree of {old} is no beginning of one of {size}"
        raise ValueError(msg)
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(tiles, middle, end))
            end = middle
        else:
            path.append(_range_root(tiles, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(tiles, start, end))
    return path[::-1]


def includes(*, index: int, size: int, leaf: bytes, proof: list[bytes], head: bytes) -> bool:
    """Whether `proof` shows `leaf` to be number `index` in the tree of `size` with root `head`."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_digest(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_digest(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == head


def consistent(*, old: int, size: int, old_head: bytes, head: bytes, proof: list[bytes]) -> bool:
    """Whether `proof` shows the tree of `old` leaves to be the beginning of that of `size`."""
    if old == size:
        return not proof and old_head == head
    if not 0 < old < size or not proof:
        return False
    steps = proof if old & (old - 1) else [old_head, *proof]
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_digest(step, first), node_digest(step, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = node_digest(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_head and second == head
