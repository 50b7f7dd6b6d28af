"""Roots and proofs agree with the slow definitions of RFC 6962, and lies are refused."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachback.audit import merkle

sizes = st.one_of(st.integers(1, 40), st.integers(250, 520), st.integers(65_530, 65_545))


class ListTiles:
    def __init__(self, size: int) -> None:
        self.levels = [[merkle.leaf_digest(str(n).encode()) for n in range(size)]]
        while len(self.levels[-1]) >= merkle.TILE:
            row = self.levels[-1]
            whole = len(row) // merkle.TILE
            self.levels.append(
                [merkle.fold(row[i * 256 : (i + 1) * 256]) for i in range(whole)],
            )

    def tile(self, level: int, number: int) -> list[bytes]:
        return self.levels[level // merkle.STEP][number * 256 : (number + 1) * 256]


def slow_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    joined = b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])
    return hashlib.sha256(joined).digest()


def slow_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*slow_path(index, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(index - k, leaves[k:]), slow_root(leaves[:k])]


_trees: dict[int, ListTiles] = {}


def tree(size: int) -> ListTiles:
    return _trees.setdefault(size, ListTiles(size))


@given(size=sizes, data=st.data())
@settings(max_examples=25, deadline=None)
def test_roots_and_paths_equal_the_definition(size: int, data: st.DataObject) -> None:
    tiles = tree(size)
    index = data.draw(st.integers(0, size - 1))
    leaves = tiles.levels[0]
    head = merkle.root(tiles, size)
    assert head == slow_root(leaves)
    path = merkle.inclusion_proof(tiles, index, size)
    assert path == slow_path(index, leaves)
    assert merkle.includes(index=index, size=size, leaf=leaves[index], proof=path, head=head)


@given(size=sizes, data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_grown_tree_proves_its_beginning_and_no_other(size: int, data: st.DataObject) -> None:
    tiles = tree(size)
    old = data.draw(st.integers(1, size))
    old_head = slow_root(tiles.levels[0][:old])
    head = merkle.root(tiles, size)
    proof = merkle.consistency_proof(tiles, old, size)
    given_ = {"old": old, "size": size, "head": head, "proof": proof}
    assert merkle.consistent(old_head=old_head, **given_)
    assert not merkle.consistent(old_head=merkle.leaf_digest(b"another history"), **given_)


@given(size=st.integers(2, 300), data=st.data())
@settings(max_examples=80, deadline=None)
def test_an_altered_proof_is_refused(size: int, data: st.DataObject) -> None:
    tiles = tree(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(tiles, index, size)
    head = merkle.root(tiles, size)
    place = data.draw(st.integers(0, len(proof) - 1))
    forged = [*proof[:place], merkle.leaf_digest(b"forged"), *proof[place + 1 :]]
    leaf = tiles.levels[0][index]

    def holds(**change: object) -> bool:
        honest = {"index": index, "size": size, "leaf": leaf, "proof": proof, "head": head}
        return merkle.includes(**{**honest, **change})

    assert holds()
    assert not holds(proof=forged)
    assert not holds(proof=proof[:-1])
    assert not holds(proof=[*proof, head])
    assert not holds(leaf=merkle.leaf_digest(b"forged"))
    assert not holds(index=size)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_the_roots_of_certificate_transparency_are_reproduced(count: int, expected: str) -> None:
    # Leaves and roots published with the reference implementation of RFC 6962.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    tiles = ListTiles(0)
    tiles.levels[0] = [merkle.leaf_digest(bytes.fromhex(text)) for text in leaves]
    assert merkle.root(tiles, count).hex() == expected
