"""Suspects: which chunk was altered, when the chain of leaves no longer fits the receipts.

A receipt covers a stretch of chunks. The recorder's CHECK records narrow it; and when putting back
one single byte makes everything fit again, that byte's chunk is named for certain.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from reachback.access.verifier.segments import CHECK, Opened
from reachback.access.verifier.testimony import Leaf

_MOST_HASHES = 3_000_000


def _before_broken_check(leaf: Leaf, files: Sequence[Opened]) -> bool:
    """Whether part of the leaf lies between the last good CHECK and the first that fails."""
    for unit in leaf.units:
        opened = files[unit.segment]
        records = opened.segment.records
        broken = next((r.position for r in records if r.kind == CHECK and not r.sealed), None)
        if broken is not None and opened.unsealed_from <= unit.record.position < broken:
            return True
    return False


def _content(leaf: Leaf) -> tuple[bytes, bytes]:
    """Return what is hashed before the leaf's content, and the content; empty if unknown."""
    tags = {"output": b"o", "input": b"i", "start": b"s", "exit": b"e", "window size": b"r"}
    if leaf.name not in tags:
        return b"", b""
    body = leaf.units[-1].body[1:]
    time, salt = body[:8], body[8:24]
    content = b"".join(u.body for u in leaf.units[:-1]) if leaf.name == "output" else body[24:]
    return b"\x00" + salt + tags[leaf.name] + time, content


def _repaired(leaf: Leaf) -> Iterator[bytes]:
    before, content = _content(leaf)
    for place, old in enumerate(content):
        start = sha256(before + content[:place])
        rest = content[place + 1 :]
        for new in range(256):
            if new != old:
                tried = start.copy()
                tried.update(bytes((new,)) + rest)
                yield tried.digest()


def _fits(leaf: bytes, head: bytes, following: Sequence[bytes], wanted: str) -> bool:
    for each in (leaf, *following):
        head = sha256(b"\x01" + head + each).digest()
    return head.hex() == wanted


def _cost(leaf: Leaf, following: int) -> int:
    """Return how many hashes trying every byte of the leaf takes."""
    return len(_content(leaf)[1]) * 255 * (2 + following)


def one_byte(
    leaves: Sequence[Leaf], heads: Sequence[str], tried: range, high: int, wanted: str
) -> Leaf | None:
    """Return the leaf in which restoring one byte gives the testified head, if there is one.

    Tries the leaves at the places of `tried`, as far as the work stays within bounds.
    """
    left = _MOST_HASHES
    for place in tried:
        left -= _cost(leaves[place], high - place - 1)
        if left < 0:
            return None
        head = bytes.fromhex(heads[place])
        following = [each.hash for each in leaves[place + 1 : high]]
        if any(_fits(each, head, following, wanted) for each in _repaired(leaves[place])):
            return leaves[place]
    return None


def sentence(
    leaves: Sequence[Leaf],
    heads: Sequence[str],
    bounds: tuple[int, int],
    wanted: str,
    files: Sequence[Opened],
) -> str:
    """Say which of the leaves between two receipts (`bounds`) was altered."""
    low, high = bounds
    stretch = leaves[low:high]
    near = [leaf for leaf in stretch if _before_broken_check(leaf, files)]
    unchecked = near or list(stretch)
    first, last = unchecked[0], unchecked[-1]
    places = range(first.number - 1, last.number)
    found = first if first is last else one_byte(leaves, heads, places, high, wanted)
    if found is not None:
        return f"{found.called} was altered: it is not what the device testified."
    return (
        f"{first.called} or one after it up to chunk {last.number} was altered: "
        "together they are not what the device testified."
    )
