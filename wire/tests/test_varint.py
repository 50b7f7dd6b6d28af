import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback_wire import varint


@pytest.mark.parametrize(
    ("value", "encoded"),
    [  # RFC 9000, appendix A.1
        (151_288_809_941_952_652, "c2197c5eff14e88c"),
        (494_878_333, "9d7f3e7d"),
        (15_293, "7bbd"),
        (37, "25"),
        (0, "00"),
        (varint.MAXIMUM, "ff" * 8),
    ],
)
def test_the_examples_of_the_rfc(value: int, encoded: str) -> None:
    content = bytes.fromhex(encoded)
    assert varint.encode(value) == content
    assert varint.decode(content, 0, len(content)) == (value, len(content))


def test_longer_encodings_are_accepted() -> None:
    assert varint.decode(bytes.fromhex("4025"), 0, 2) == (37, 2)


@given(st.integers(0, varint.MAXIMUM), st.binary(max_size=3))
def test_every_number_comes_back(value: int, before: bytes) -> None:
    encoded = varint.encode(value)
    content = before + encoded
    assert varint.decode(content, len(before), len(content)) == (value, len(content))
    assert varint.decode(content, len(before), len(content) - 1) is None


@pytest.mark.parametrize("value", [-1, varint.MAXIMUM + 1])
def test_what_does_not_fit_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        varint.encode(value)
