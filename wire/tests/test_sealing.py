"""Sealing: what is kept can be opened with the key, and by nothing else."""

import pytest

from reachback_wire import sealing
from reachback_wire.sealing import DataKey, FileSeal, KeyMissing, RecordsKeys, SealError

KEYS = RecordsKeys.parse("7e" * 32)


def sealed_file(key: DataKey, *pieces: bytes) -> bytes:
    seal = FileSeal.make(key)
    return seal.opening + b"".join(seal.seal(n, piece) for n, piece in enumerate(pieces))


def test_a_file_is_opened_again_with_nothing_but_the_records_key() -> None:
    data = sealed_file(DataKey.make("org", KEYS), b"first ", b"second " * 9_000, b"third")
    found = sealing.unseal(data, KEYS)
    assert found.content == b"first " + b"second " * 9_000 + b"third"
    assert found.whole
    assert b"second" not in data


def test_every_torn_end_leaves_the_whole_chunks_before_it() -> None:
    key = DataKey.make("org", KEYS)
    data = sealed_file(key, b"first ", b"second")
    head = len(sealed_file(key, b"first "))
    for length in range(len(data)):
        found = sealing.unseal(data[:length], KEYS)
        assert found.content == (b"first " if length >= head else b"")
        assert found.length <= length
        assert found.size == length


def test_no_byte_can_be_altered_and_no_chunk_moved() -> None:
    data = sealed_file(DataKey.make("org", KEYS), b"first ", b"second", b"third ")
    whole = sealing.unseal(data, KEYS)
    start = whole.length - 3 * (6 + sealing.OVERHEAD)
    for place in range(start, len(data)):
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert sealing.unseal(altered, KEYS).content != whole.content
    one, two = data[start : start + 26], data[start + 26 : start + 52]
    assert sealing.unseal(data[:start] + two + one, KEYS).content == b""
    other = sealed_file(DataKey.make("org", KEYS), b"FIRST ")
    assert sealing.unseal(data[:start] + other[-26:], KEYS).content == b""


def test_a_lost_key_is_named() -> None:
    key = DataKey.make("org", KEYS)
    data = sealed_file(key, b"x")
    mark = sealing.mark_of(KEYS.keys[0])
    lost = RecordsKeys.parse("11" * 32)
    with pytest.raises(KeyMissing, match=mark):
        sealing.unseal(data, lost)
    with pytest.raises(KeyMissing, match=mark):
        DataKey.open(dict(key.document), lost)
    both = RecordsKeys.parse(f"{'11' * 32}\n{'7e' * 32}\n")
    assert sealing.unseal(data, both).content == b"x"
    assert DataKey.open(dict(key.document), both).secret == key.secret


def test_a_data_key_is_its_own_organisations() -> None:
    document = {**DataKey.make("org", KEYS).document, "organisation": "other"}
    with pytest.raises(SealError, match="altered"):
        DataKey.open(document, KEYS)
    with pytest.raises(SealError):
        DataKey.make("../org", KEYS)


def test_a_row_is_opened_as_itself_only() -> None:
    key = DataKey.make("org", KEYS)
    row = key.seal_row("row 1", b"systemctl restart guestbook")
    assert key.rows().open("row 1", row) == b"systemctl restart guestbook"
    assert b"systemctl" not in row
    for about, content in (("row 2", row), ("row 1", row[:-1]), ("row 1", b"")):
        with pytest.raises(SealError):
            key.rows().open(about, content)


@pytest.mark.parametrize("text", ["", "7e", "7E" * 32, "7e" * 31 + "7g", "7e" * 32 + "\nmore"])
def test_a_records_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        RecordsKeys.parse(text)


@pytest.mark.parametrize("head", [b"", b"\xff" * 8, b"\x02{}", b"\x04null"])
def test_a_head_that_is_none_is_refused_or_torn(head: bytes) -> None:
    data = sealing.MAGIC + head + b"x" * 100 * bool(head)
    if not head:
        assert sealing.unseal(data, KEYS).content == b""
        return
    with pytest.raises(SealError):
        sealing.unseal(data, KEYS)


def test_neither_key_is_printed() -> None:
    key = DataKey.make("org", KEYS)
    assert "7e7e" not in repr(KEYS)
    assert repr(key.secret) not in repr(key)
