"""Ids grow, numbers have no gaps, storage keeps to its folder, slots keep their order."""

from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from reachback.kernel import clock, durability, ids, wiring
from reachback.kernel.numbers import next_number
from reachback.kernel.slots import Slot
from reachback.kernel.storage import FolderStorage, InvalidKey, storage
from reachback.kernel.transactions import TransactionRequired, WorkInsideTransaction


def test_ids_are_uuid7_and_grow_even_when_the_clock_steps_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = clock.milliseconds()
    made = [ids.new_id() for _ in range(5_000)]
    monkeypatch.setattr(clock, "milliseconds", lambda: start - 60_000)
    made += [ids.new_id() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, UUID(int=1 << 63).variant)}
    assert abs((made[0].int >> 80) - start) < 1_000


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_after_a_roll_back() -> None:
    with transaction.atomic():
        assert next_number("case") == 1
    with transaction.atomic():
        assert next_number("case") == 2
        transaction.set_rollback(True)
    with transaction.atomic():
        assert [next_number("case"), next_number("other")] == [2, 1]
    with pytest.raises(TransactionRequired):
        next_number("case")


@pytest.mark.django_db(transaction=True)
def test_full_durability_belongs_to_a_transaction() -> None:
    with pytest.raises(TransactionRequired):
        durability.require_full()
    with durability.full():
        assert next_number("case") == 1


def test_storage_keeps_replaces_and_deletes(data_folder: Path) -> None:
    kept = storage()
    kept.write("recordings/7/0001.rbs", b"one")
    kept.write("recordings/7/0001.rbs", b"two")
    assert kept.read("recordings/7/0001.rbs") == b"two"
    with kept.open("recordings/7/0001.rbs") as file:
        assert file.read(1) == b"t"
    kept.delete("recordings/7/0001.rbs")
    kept.delete("recordings/7/0001.rbs")
    with pytest.raises(FileNotFoundError):
        kept.read("recordings/7/0001.rbs")
    assert list((data_folder / "files").rglob("*.*")) == []


@given(st.text() | st.from_regex(r"[./a-z]{1,12}", fullmatch=True))
def test_no_key_leaves_the_folder(key: str) -> None:
    root = Path("/srv/files")
    try:
        path = FolderStorage(root)._path(key)
    except InvalidKey:
        return
    assert path.is_relative_to(root)
    assert not {".", ".."} & set(path.parts[3:])


@pytest.mark.django_db(transaction=True)
def test_files_are_not_written_while_the_writer_lock_is_held() -> None:
    with transaction.atomic(), pytest.raises(WorkInsideTransaction):
        storage().write("a", b"b")


def test_answers_of_a_slot_keep_their_order_and_come_once() -> None:
    slot: Slot[str] = Slot("tests")
    for word, order in (("c", 5), ("a", -1), ("b", 0), ("d", 5)):
        slot.register(word, order=order)
    slot.register("b")
    assert slot.answers() == ("a", "b", "c", "d")


def test_a_type_that_loses_something_in_json_is_refused() -> None:
    for value in (1.5, b"bytes", {"a": 1}, object()):
        with pytest.raises(wiring.UnsupportedField):
            wiring.to_json(value)
