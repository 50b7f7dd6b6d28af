"""Typed filters."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback.cases.errors import BadFilter
from reachback.cases.filters import KEYS, Term, parse, without, write


def test_the_example_of_the_help_is_read() -> None:
    terms = parse('is:open site:Lijiang due:<2h priority:1 -assignee:me "guest registration" #12')
    assert terms == (
        Term(key="is", value="open"),
        Term(key="site", value="Lijiang"),
        Term(key="due", value="<2h", compare="<", span=timedelta(hours=2)),
        Term(key="priority", value="1", number=1),
        Term(key="assignee", value="me", negated=True),
        Term(key="text", value="guest registration"),
        Term(key="number", value="#12", number=12),
    )
    assert parse(write(terms)) == terms
    assert without(terms[:3], 1) == "is:open due:<2h"


def test_nothing_is_no_filter() -> None:
    assert parse("   ") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is:broken", "A case can be: open"),
        ("colour:red", "Nothing is called “colour”. There are: is, site"),
        ("priority:7", "1 (most urgent) to 4"),
        ("due:soon", "Write a time as <2h"),
        ("site:", "Say what after “site:”"),
        ('site:"Lotus', "quotation mark"),
        ("x" * 500, "400 characters"),
        ("a " * 30, "20 parts"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_can_be_written(text: str, words: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(text)
    assert words in caught.value.sentence


@given(st.text(max_size=60))
def test_any_text_gives_terms_or_one_error(text: str) -> None:
    try:
        terms = parse(text)
    except BadFilter:
        return
    assert parse(write(terms)) == terms


@given(st.lists(st.sampled_from(KEYS), max_size=5), st.text("ab <>1h:-\"'", max_size=12))
def test_any_value_after_a_key_gives_terms_or_one_error(keys: list[str], value: str) -> None:
    try:
        terms = parse(" ".join(f"{key}:{value}" for key in keys))
    except BadFilter:
        return
    assert parse(write(terms)) == terms
