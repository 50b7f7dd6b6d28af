from reachback_wire.units import CtrlUnit, DataUnit, GapUnit


def test_a_unit_advances_the_offset_by_its_length() -> None:
    assert DataUnit(b"abc").length == 3
    assert CtrlUnit(16, b"a long body").length == 1
    assert GapUnit(70, 0, bytes(16), bytes(32)).length == 70
