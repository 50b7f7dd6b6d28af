from dataclasses import replace

import pytest
from lotus import (
    COLLEAGUE,
    HOUR,
    MINUTE,
    NOW,
    PROVIDER,
    SESSION,
    STRANGER,
    attach,
    clause,
    colleague_grant,
    contract,
    grant,
    offer,
    wish,
)
from test_admission import gate, trusting

from reachback_wire.admission import admit
from reachback_wire.documents import Capability, Envelope, Offer, Open, Technician, seal, seal_body
from reachback_wire.handing import Tenure, check_attach, over
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock

CLOCK = Clock(NOW + MINUTE, NOW + MINUTE, NOW)
TENURE = Tenure.of(grant(), wish())


def refused(asked: Open, *, under: Tenure = TENURE, clock: Clock = CLOCK, **changes: object) -> str:
    with pytest.raises(Refusal) as found:
        check_attach(colleague_grant(**changes), asked, under, clock)
    assert found.value.sentence.endswith(".")
    return found.value.code


def test_a_colleague_takes_over_what_was_offered_to_them() -> None:
    given = check_attach(colleague_grant(), attach(), TENURE, CLOCK)
    assert given == offer()


def test_an_attach_is_judged_by_the_contract_as_a_shell_is() -> None:
    nora = seal(colleague_grant(), PROVIDER)
    found = admit(nora, seal(attach(), COLLEAGUE), gate())
    assert found.decision is not None
    assert found.decision.clause == 4
    other = colleague_grant(technician=Technician("Nora Lind", ("Night team",), "totp"))
    with pytest.raises(Refusal, match="wider-than-contract"):
        admit(seal(other, PROVIDER), seal(attach(), COLLEAGUE), gate())
    strict = contract(clause(4, Capability("shell.user", ("desk",))))
    under = colleague_grant(strict)
    with pytest.raises(Refusal, match="parameter-refused"):
        admit(seal(under, PROVIDER), seal(attach(), COLLEAGUE), gate(trusting(strict)))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (seal(offer(), STRANGER), "not-offered"),
        (seal(offer(), COLLEAGUE), "not-offered"),
        (seal(offer(to="Mallory"), SESSION), "not-offered"),
        (seal(offer(grant="grant-0"), SESSION), "not-offered"),
        (seal(offer(session="session-2"), SESSION), "not-offered"),
        (seal_body(offer().to_body(), "reachback-open", SESSION), "wrong-namespace"),
        (Envelope(offer().to_body(), ()), "bad-signature"),
        (
            Envelope(offer().to_body().replace("Nora", "Dora"), seal(offer(), SESSION).signatures),
            "bad-signature",
        ),
        (seal_body(offer().to_body().replace("to", "who", 1), Offer.TYPE, SESSION), "malformed"),
    ],
)
def test_an_offer_that_is_not_the_givers_to_this_colleague_is_refused(
    given: Envelope, code: str
) -> None:
    assert refused(attach(given)) == code


def test_an_offer_ends_and_lives_a_quarter_of_an_hour_at_most() -> None:
    late = NOW + 10 * MINUTE
    assert refused(attach(), clock=Clock(late, late, NOW)) == "offer-expired"
    assert refused(attach(), clock=Clock(NOW, late, NOW)) == "offer-expired"
    assert refused(attach(), clock=Clock(NOW, NOW, late)) == "offer-expired"
    with pytest.raises(Refusal, match="15 minutes"):
        Offer.parse(offer(expires=NOW + HOUR).to_body())


def test_nobody_gets_more_with_a_shell_or_becomes_another_user() -> None:
    assert refused(attach(), capabilities=("shell.user", "reboot")) == "wider-than-contract"
    other = attach(parameters={**attach().parameters, "run_as": "root"})
    assert refused(other) == "parameter-refused"
    assert refused(attach(), contract="sha256:" + "0" * 64) == "contract-superseded"
    above = replace(TENURE, capabilities=("shell.admin",))
    assert check_attach(colleague_grant(), attach(), above, CLOCK) == offer()


def test_a_tenure_survives_being_written_down() -> None:
    assert Tenure.from_json(TENURE.to_json()) == TENURE
    broken: tuple[object, ...] = (None, {}, {**TENURE.to_json(), "capabilities": "all"}, [])
    for value in broken:
        assert Tenure.from_json(value) is None


def test_a_shell_that_has_ended_is_said_to_be_over() -> None:
    assert over().code == "channel-over"
