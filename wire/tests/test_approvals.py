"""Approvals as front and device judge them: forged, replayed, aged, of keys that left."""

from dataclasses import replace

import pytest
from lotus import (
    APPROVER,
    CUSTOMER,
    DAY,
    DEVICE,
    HOUR,
    MINUTE,
    NONCE,
    NOW,
    SECOND,
    SESSION,
    STRANGER,
    clause,
    contract,
    grant,
    keyset,
    sealed_grant,
    sealed_wish,
    statement,
    wish,
)

from reachback_wire import approving
from reachback_wire.admission import Gate, admit
from reachback_wire.documents import (
    Approval,
    ApprovalRequest,
    ApprovalRule,
    CarriedApproval,
    Contract,
    Envelope,
    Keyset,
    KeysetKey,
    seal,
)
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Approved, Clock, Request
from reachback_wire.signing import PrivateKey
from reachback_wire.spent import NonceBook, SpentLedger
from reachback_wire.trust import CustomerTrust

ANYBODY = contract(clause(4, approval=ApprovalRule(1, (), 60)))
TWO = contract(clause(4, approval=ApprovalRule(2, (), 60)))


def named(*keys: tuple[PrivateKey, str], serial: int = 1, previous: str = "") -> Keyset:
    rows = [KeysetKey(CUSTOMER.public_line, "Chen Wei", ("sign",))]
    rows += [KeysetKey(key.public_line, name, ("approve",)) for key, name in keys]
    return keyset(keys=tuple(rows), serial=serial, previous=previous)


def gate(under: Contract, keys: Keyset | None = None, now: int = NOW) -> Gate:
    first = keys or named((APPROVER, "Chen Wei"))
    trust = CustomerTrust(first.fingerprint, DEVICE.public_line)
    for document in (first, statement(), under):
        trust.accept(seal(document, CUSTOMER))
    book = NonceBook()
    book.issue(NONCE, 0)
    return Gate(trust, Clock(now, now, now), book, SpentLedger(), steady=MINUTE)


def request(**changes: object) -> ApprovalRequest:
    found = ApprovalRequest(
        device=DEVICE.public_line,
        session="session-1",
        capabilities=("shell.user",),
        parameter="guest",
        technician="Tomás Rivera",
        case="Registration page is down",
        reason="repair",
        start=NOW - HOUR,
        until=NOW + HOUR,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def carried(signer: PrivateKey, asked: ApprovalRequest, issued: int = NOW) -> CarriedApproval:
    yes = Approval(asked.digest, "Chen Wei", issued, NOW + DAY)
    return CarriedApproval(asked.to_body(), seal(yes, signer))


def granted(under: Contract, *approvals: CarriedApproval, **changes: object) -> Envelope:
    return sealed_grant(grant(under, approvals=approvals, **changes))


def code(place: Gate, given: Envelope, asked: Envelope | None = None) -> str:
    with pytest.raises(Refusal) as refused:
        admit(given, asked or sealed_wish(), place)
    return refused.value.code


def test_an_empty_list_of_keys_means_whoever_the_keyset_lets_approve() -> None:
    admission = admit(granted(ANYBODY, carried(APPROVER, request())), sealed_wish(), gate(ANYBODY))
    assert admission.decision is not None
    assert admission.decision.expires == NOW + HOUR, "what was approved ends when it was said to"
    assert code(gate(ANYBODY), granted(ANYBODY, carried(STRANGER, request()))) == "unknown-key"


def test_a_key_that_left_the_keyset_approves_nothing() -> None:
    under = contract(clause(4, approval=ApprovalRule(1, (APPROVER.public_line,), 60)))
    place, given = gate(under), granted(under, carried(APPROVER, request()))
    later = named((SECOND, "Li Na"), serial=2, previous=place.trust.keyset_digest)
    place.trust.accept(seal(later, CUSTOMER))
    assert code(place, given) == "unknown-key"


@pytest.mark.parametrize(
    "changes",
    [
        {"session": "session-2"},
        {"parameter": "admin"},
        {"device": STRANGER.public_line},
        {"technician": "Aiko Sato"},
        {"case": "another"},
        {"capabilities": ("reboot",)},
    ],
)
def test_a_yes_is_good_for_its_own_device_session_and_act_alone(changes: dict[str, object]) -> None:
    given = granted(ANYBODY, carried(APPROVER, request(**changes)))
    assert code(gate(ANYBODY), given) == "approval-missing"


def test_who_signs_the_wish_does_not_approve_it() -> None:
    """The requester's own key, put into the keyset under another name."""
    keys = named((SESSION, "Somebody helpful"))
    given = granted(ANYBODY, carried(SESSION, request()))
    assert code(gate(ANYBODY, keys), given) == "approval-missing"


def test_two_signatures_by_one_key_are_one() -> None:
    keys = named((APPROVER, "Chen Wei"), (SECOND, "Li Na"))
    once, again = carried(APPROVER, request()), carried(APPROVER, request(), NOW - MINUTE)
    assert code(gate(TWO, keys), granted(TWO, once, again)) == "approval-missing"
    admit(granted(TWO, once, carried(SECOND, request())), sealed_wish(), gate(TWO, keys))


def test_two_keys_of_one_name_are_one_person() -> None:
    keys = named((APPROVER, "Chen Wei"), (SECOND, "Chen Wei"))
    given = granted(TWO, carried(APPROVER, request()), carried(SECOND, request()))
    assert code(gate(TWO, keys), given) == "approval-missing"


def test_two_people_must_approve_one_and_the_same_request() -> None:
    keys = named((APPROVER, "Chen Wei"), (SECOND, "Li Na"))
    given = granted(TWO, carried(APPROVER, request()), carried(SECOND, request(reason="other")))
    assert code(gate(TWO, keys), given) == "approval-missing"


@pytest.mark.parametrize(
    ("asked", "issued"),
    [
        (request(), NOW - 61 * MINUTE),  # the yes is too old
        (request(until=NOW), NOW),  # the time to act is over
        (request(start=NOW + MINUTE), NOW),  # and has not begun
        (request(), NOW + 6 * MINUTE),  # signed in the future
    ],
)
def test_answer_and_execution_end_apart(asked: ApprovalRequest, issued: int) -> None:
    given = granted(ANYBODY, carried(APPROVER, asked, issued))
    assert code(gate(ANYBODY), given) == "approval-expired"


def test_a_further_shell_after_the_answer_ran_out_is_refused() -> None:
    given = granted(ANYBODY, carried(APPROVER, request(), NOW - 59 * MINUTE))
    admit(given, sealed_wish(), gate(ANYBODY))
    second = sealed_wish(wish(counter=2, channel="session-1.2"))
    assert code(gate(ANYBODY, now=NOW + 2 * MINUTE), given, second) == "approval-expired"


@pytest.mark.parametrize(("user", "fits"), [("backup", 1), ("root", 0)])
def test_a_yes_to_a_script_as_one_user_is_none_to_it_as_another(user: str, fits: int) -> None:
    digest = "sha256:" + "ab" * 32
    asked = request(capabilities=("exec",), parameter=approving.subject(digest, "backup"))
    yes = Approved(APPROVER.public_line, asked, NOW, NOW + HOUR, "Chen Wei")
    wanted = Request(
        kind="exec",
        capability="exec",
        parameter=digest,
        approvals=(yes,),
        parameters={"run_as": user},
    )
    assert len(approving.fitting(grant(), wanted, ApprovalRule(1, (), 60))) == fits
