import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import HOUR, MINUTE, NONCE, NOW, grant, wish

from reachback_wire.refusals import Refusal
from reachback_wire.spent import NonceBook, SpentLedger

GRANT = grant()
OTHER = bytes(16)


def stored(value: object) -> dict:  # type: ignore[type-arg]
    return json.loads(json.dumps(value))  # type: ignore[no-any-return]


def restarted(ledger: SpentLedger) -> SpentLedger:
    return SpentLedger.replay(stored(entry) for entry in ledger.entries())


def test_nonces_survive_a_restart_with_what_they_are_bound_to() -> None:
    book = NonceBook()
    book.issue(NONCE, 0)
    book.issue(OTHER, 0)
    book.bind(NONCE.hex(), "grant a", MINUTE)
    assert book.available(MINUTE) == (OTHER,)
    again = NonceBook.from_state(stored(book.to_state()))
    again.bind(NONCE.hex(), "grant a", HOUR)
    with pytest.raises(Refusal, match="already used"):
        again.bind(NONCE.hex(), "grant b", HOUR)
    with pytest.raises(Refusal, match="older than 10 minutes"):
        again.check(OTHER.hex(), "grant b", HOUR)
    assert again.available(HOUR) == ()


def test_unused_nonces_are_forgotten_and_bound_ones_when_told() -> None:
    book = NonceBook()
    book.issue(OTHER, 0)
    book.issue(NONCE, HOUR)
    assert set(book.to_state()) == {NONCE.hex()}
    book.bind(NONCE.hex(), "grant a", HOUR)
    book.forget(NONCE.hex())
    assert book.to_state() == {}
    with pytest.raises(ValueError, match="16 bytes"):
        book.issue(b"short", 0)


def test_issuing_a_nonce_again_does_not_make_it_younger() -> None:
    book = NonceBook()
    book.issue(NONCE, 0)
    book.issue(NONCE, 9 * MINUTE)
    with pytest.raises(Refusal):
        book.check(NONCE.hex(), "grant a", 11 * MINUTE)


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("ab")), max_size=12))
def test_no_counter_is_ever_begun_twice_even_over_restarts(asked: list[tuple[int, str]]) -> None:
    ledger, begun = SpentLedger(), []
    journal: list[dict[str, object]] = []
    for counter, text in asked:
        ledger = restarted(ledger)
        try:
            standing = ledger.look(GRANT, "digest", wish(counter=counter), text)
        except Refusal as refused:
            assert refused.code == "replayed"  # noqa: PT017  the other branch goes on
            continue
        if standing.state == "new":
            journal.append(ledger.begin(GRANT, "digest", wish(counter=counter), text))
            begun.append(counter)
            journal.append(ledger.finish(GRANT.id, counter, {"answer": text}))
        else:
            assert standing.answer == {"answer": text}
    assert begun == sorted(set(begun))
    assert list(ledger.entries()) == journal, "what was appended one by one gives the same again"


def test_an_open_whose_outcome_is_unknown_is_not_begun_again() -> None:
    ledger = SpentLedger()
    ledger.begin(GRANT, "digest", wish(), "open")
    ledger = restarted(ledger)
    standing = ledger.look(GRANT, "digest", wish(), "open")
    assert standing.state == "unknown"
    with pytest.raises(Refusal) as refused:
        standing.require_known()
    assert refused.value.code == "replayed"
    with pytest.raises(ValueError, match="Only a new OPEN"):
        ledger.begin(GRANT, "digest", wish(), "open")


def test_a_grant_is_forgotten_only_when_the_floor_has_passed_it() -> None:
    ledger = SpentLedger()
    ledger.begin(GRANT, "digest", wish(), "open")
    assert ledger.prune(NOW) == []
    assert ledger.look(GRANT, "digest", wish(), "open").state == "unknown"
    assert ledger.prune(GRANT.expires) == [GRANT.nonce]
    assert list(ledger.entries()) == []


def test_a_nonce_stays_bound_when_only_the_journal_survived() -> None:
    book, ledger = NonceBook(), SpentLedger()
    book.issue(bytes.fromhex(GRANT.nonce), 0)
    state = stored(book.to_state())  # as of before the grant was shown
    ledger.begin(GRANT, "digest", wish(), "open")
    book = NonceBook.from_state(state)
    for nonce, digest in restarted(ledger).bindings:
        book.rebind(nonce, digest)
    with pytest.raises(Refusal, match="already used"):
        book.bind(GRANT.nonce, "another", MINUTE)


def test_an_entry_nobody_wrote_is_not_taken_for_a_ledger() -> None:
    with pytest.raises(ValueError, match="no entry"):
        SpentLedger.replay([{"entry": "lend", "grant": "g", "counter": 1}])
