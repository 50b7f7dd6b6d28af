import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback_wire import canonical
from reachback_wire.canonical import NotCanonical

nfc_text = st.text().map(lambda text: unicodedata.normalize("NFC", text))
integers = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | nfc_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(nfc_text, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(nfc_text, values, max_size=4))
def test_what_is_written_is_read_back_and_written_the_same(value: dict[str, object]) -> None:
    try:
        text = canonical.dumps(value)
    except NotCanonical:
        return  # nested too deeply by chance
    assert canonical.loads(text) == value
    assert canonical.dumps(canonical.loads(text)) == text


def test_members_are_sorted_by_utf16_code_units() -> None:
    # U+1F600 is D83D DE00 in UTF-16 and so stands before U+FEFF, though its code point is higher.
    text = canonical.dumps({"\ufeff": 1, "\U0001f600": 2, "a": 3})
    assert text == '{"a":3,"\U0001f600":2,"\ufeff":1}'


def test_text_is_escaped_as_rfc_8785_says() -> None:
    assert canonical.dumps({"t": '\u20ac$\x0f\nA\'B"\\\\"/\x7f'}) == (
        '{"t":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"}'
    )


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0},
        {"a": float("nan")},
        {"a": 2**53},
        {"a": -(2**53)},
        {"a": "e\u0301"},
        {"e\u0301": 1},
        {"a": "\ud800"},
        {1: "a"},
        {"a": b"bytes"},
        {"a": {1, 2}},
        {"a": "x" * canonical.MAX_BYTES},
    ],
    ids=str,
)
def test_what_has_no_canonical_form_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical.dumps(value)
    assert refused.value.code == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"b":1,"a":2}',
        '{ "a":1}',
        '{"a":1}\n',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":-0}',
        '{"a":01}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":9007199254740992}',
        '{"a":' + "9" * 5000 + "}",
        '{"a":"\\u0041"}',
        '{"a":"\\ud800"}',
        '{"a":"\\/"}',
        '{"a":"\\u000A"}',
        '{"a":"\t"}',
        '{"a":"e\u0301"}',
        '{"a":"',
        "\ufeff{}",
        '{"a":' * 40_000,
        "[" * 200_000,
        '{"a":"' + "x" * canonical.MAX_BYTES + '"}',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_text_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        canonical.loads(text)


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_sixteen_levels_are_read_and_seventeen_refused() -> None:
    assert canonical.loads(canonical.dumps(nested(16))) == nested(16)
    with pytest.raises(NotCanonical):
        canonical.dumps(nested(17))
    with pytest.raises(NotCanonical):
        canonical.loads('{"a":' * 16 + "{}" + "}" * 16)


def test_brackets_inside_text_are_not_nesting() -> None:
    assert canonical.loads('{"a":"' + "[" * 100 + '\\""}') == {"a": "[" * 100 + '"'}


def test_a_document_is_named_by_the_digest_of_its_body() -> None:
    assert canonical.digest("{}") == (
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotCanonical):
        canonical.loads(text)


def test_a_text_read_twice_gives_two_values() -> None:
    text = canonical.dumps({"list": [1]})
    first = canonical.loads(text)
    first["list"] = "changed"
    assert canonical.loads(text) == {"list": [1]}


def test_a_long_text_is_checked_each_time_it_is_read() -> None:
    long = canonical.dumps({"text": "x" * 20_000})
    assert canonical.loads(long) == canonical.loads(long)
    for _ in range(2):
        with pytest.raises(canonical.NotCanonical):
            canonical.loads(long + " ")
