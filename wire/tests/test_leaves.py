import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import DEVICE, NOW

from reachback_wire import leaves, varint
from reachback_wire.documents import Receipt
from reachback_wire.leaves import LeafChain, LeafReader, gap_leaf, leaf_hash
from reachback_wire.receipts import ReceiptBook
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit

KEY = "session-1.1"
SALT = bytes(range(16))


def output_leaf(length: int, time: int = NOW) -> CtrlUnit:
    body = leaves.testimony_body(time, SALT, varint.encode(length))
    return CtrlUnit(leaves.OUTPUT_LEAF, body)


def test_a_leaf_is_what_the_protocol_says() -> None:
    expected = hashlib.sha256(b"\x00" + SALT + b"o" + NOW.to_bytes(8, "big") + b"$ ").digest()
    assert leaf_hash(b"o", NOW, SALT, b"$ ") == expected
    first = hashlib.sha256(b"reachback-leaves" + KEY.encode()).digest()
    chain = LeafChain(KEY)
    assert chain.head == first
    assert chain.add(expected) == hashlib.sha256(b"\x01" + first + expected).digest()
    assert LeafChain.resumed(KEY, chain.head, 1).add(SALT * 2) == chain.add(SALT * 2)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8))
def test_the_reader_agrees_with_the_device_however_output_is_cut(parts: list[bytes]) -> None:
    reader, device = LeafReader(KEY), LeafChain(KEY)
    for part in parts:
        assert reader.unit(DataUnit(part)) is None
    whole = b"".join(parts)
    assert reader.pending == len(whole)
    reader.unit(output_leaf(len(whole)))
    assert reader.chain.head == device.add(leaf_hash(b"o", NOW, SALT, whole))
    assert (reader.pending, reader.chain.count) == (0, 1)


def test_every_kind_of_testimony_makes_its_leaf() -> None:
    reader, device = LeafReader(KEY), LeafChain(KEY)
    for kind, tag in leaves.TAGS.items():
        if kind in {leaves.OUTPUT_LEAF, leaves.REDACTED}:
            continue
        reader.unit(CtrlUnit(kind, leaves.testimony_body(NOW, SALT, b"payload")))
        device.add(leaf_hash(tag, NOW, SALT, b"payload"))
    secret = leaf_hash(b"x", NOW, SALT, b"password")
    reader.unit(CtrlUnit(leaves.REDACTED, leaves.redacted_body(NOW, secret)))
    device.add(secret)
    reader.unit(GapUnit(77, NOW, SALT, b"h" * 32))
    device.add(gap_leaf(77, NOW, SALT, b"h" * 32))
    assert reader.unit(CtrlUnit(leaves.RECEIPT, b"{}")) is None
    assert reader.chain.head == device.head
    assert reader.chain.count == 13


@pytest.mark.parametrize(
    "unit",
    [
        output_leaf(3),
        output_leaf(5),
        CtrlUnit(leaves.OUTPUT_LEAF, b"short"),
        CtrlUnit(leaves.INPUT, leaves.testimony_body(NOW, SALT, b"ls")),
        CtrlUnit(leaves.REDACTED, b"short"),
        GapUnit(1, NOW, SALT, b"h" * 32),
    ],
)
def test_testimony_that_contradicts_itself_is_refused(unit: CtrlUnit | GapUnit) -> None:
    reader = LeafReader(KEY)
    reader.unit(DataUnit(b"four"))
    with pytest.raises(ValueError, match=r"leaf|testimony"):
        reader.unit(unit)


def test_wrong_salts_and_tags_are_our_own_mistakes() -> None:
    for tag, salt in ((b"oo", SALT), (b"o", b"short"), (b"", SALT)):
        with pytest.raises(ValueError, match="tag of 1 byte"):
            leaf_hash(tag, NOW, salt, b"")
    with pytest.raises(ValueError, match="a time and a leaf"):
        LeafReader(KEY).unit(CtrlUnit(leaves.REDACTED, b"short"))


def test_receipts_are_numbered_and_each_names_the_one_before() -> None:
    book, chain, found = ReceiptBook(DEVICE.public_line), LeafChain(KEY), []
    for event in ("start", "progress", "end"):
        chain.add(leaf_hash(b"o", NOW, SALT, event.encode()))
        envelope, book = book.make(
            DEVICE,
            session="session-1",
            channel=KEY,
            event=event,
            contract="sha256:" + "1" * 64,
            grant="sha256:" + "2" * 64,
            leaves=chain.count,
            head=chain.head.hex(),
            offset=chain.count * 5,
            issued=NOW,
        )
        assert envelope.signers(Receipt.TYPE, {DEVICE.public_line})
        stored: dict[str, object] = json.loads(json.dumps(book.to_state()))
        book = ReceiptBook.from_state(stored)
        found.append((envelope, Receipt.parse(envelope.body)))
    assert [item.number for _, item in found] == [1, 2, 3]
    assert [item.previous for _, item in found] == ["", found[0][0].digest, found[1][0].digest]
    assert found[2][1].head == chain.head.hex()
    assert (book.number, book.head) == (3, found[2][0].digest)
    with pytest.raises(ValueError, match="state of a receipt book"):
        ReceiptBook.from_state({"number": "3"})
