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
    PROVIDER,
    REVOKER,
    SESSION,
    STRANGER,
    clause,
    contract,
    grant,
    key,
    keyset,
    sealed_grant,
    sealed_wish,
    statement,
    wish,
)

from reachback_wire.admission import Gate, admit
from reachback_wire.documents import (
    Approval,
    ApprovalRequest,
    ApprovalRule,
    Capability,
    CarriedApproval,
    Clause,
    Contract,
    Envelope,
    Grant,
    Narrowing,
    Open,
    Who,
    seal,
    seal_body,
)
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock
from reachback_wire.spent import NonceBook, SpentLedger
from reachback_wire.trust import CustomerTrust

TECHNICIAN = key("technician")


def trusting(found: Contract | None = None) -> CustomerTrust:
    trust = CustomerTrust(keyset().fingerprint, DEVICE.public_line)
    for document in (keyset(), statement(), found or contract()):
        trust.accept(seal(document, CUSTOMER))
    return trust


def gate(trust: CustomerTrust | None = None, **changes: object) -> Gate:
    book = NonceBook()
    book.issue(NONCE, 0)
    found = Gate(trust or trusting(), Clock(NOW, NOW, NOW), book, SpentLedger(), steady=MINUTE)
    return replace(found, **changes)  # type: ignore[arg-type]


def refusal(gate: Gate, grant: Envelope | None = None, wish: Envelope | None = None) -> Refusal:
    with pytest.raises(Refusal) as refused:
        admit(grant or sealed_grant(), wish or sealed_wish(), gate)
    assert refused.value.sentence.endswith((".", "sand"))
    assert refused.value.sentence.endswith(".")
    return refused.value


def test_a_grant_within_the_contract_is_admitted_and_says_why() -> None:
    admission = admit(sealed_grant(), sealed_wish(), gate())
    decision = admission.decision
    assert decision is not None
    assert decision.sentence == (
        "You may open a shell as guest on lijiang-frontdesk until 02:00 (UTC), because clause 4 "
        "says that the Remote team may open a shell as guest, at any hour, when a case is named."
    )
    assert decision.clause == 4
    assert decision.expires == NOW + 2 * HOUR
    assert decision.asserted == ("the technician's name", "who belongs to the team", "the case")


def test_the_same_wish_is_answered_again_and_another_with_its_counter_is_replayed() -> None:
    place = gate()
    assert place.ledger is not None
    admission = admit(sealed_grant(), sealed_wish(), place)
    admission.begin(place.ledger)
    assert refusal(place).code == "replayed", "begun, then the power went: outcome unknown"
    admission.finish(place.ledger, {"opened": True})
    again = admit(sealed_grant(), sealed_wish(), place)
    assert again.standing.state == "repeat"
    assert again.standing.answer == {"opened": True}
    assert refusal(place, wish=sealed_wish(wish(channel="session-1.2"))).code == "replayed"
    admit(sealed_grant(), sealed_wish(wish(counter=2)), place)


def test_a_grant_for_one_use_is_spent_by_it() -> None:
    place = gate()
    assert place.ledger is not None
    once = sealed_grant(grant(uses=1))
    admit(once, sealed_wish(), place).begin(place.ledger)
    assert refusal(place, once, sealed_wish(wish(counter=2))).code == "grant-spent"


def test_another_grant_with_a_spent_name_is_replayed() -> None:
    place = gate(nonces=None)
    assert place.ledger is not None
    admit(sealed_grant(), sealed_wish(), place).begin(place.ledger)
    other = sealed_grant(grant(expires=NOW + HOUR))
    assert refusal(place, other, sealed_wish(wish(counter=2))).code == "replayed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"capabilities": ("shell.user", "shell.admin")}, "wider-than-contract"),
        ({"capabilities": ("files.read",)}, "wider-than-contract"),
        ({"device": STRANGER.public_line}, "other-device"),
        ({"organisation": "orchid"}, "other-device"),
        ({"contract": "sha256:" + "0" * 64}, "contract-missing"),
        ({"nonce": "0" * 32}, "wrong-nonce"),
        ({"case": None}, "case-missing"),
        ({"issued": NOW - 3 * HOUR, "expires": NOW}, "grant-expired"),
        ({"issued": NOW + HOUR, "expires": NOW + 2 * HOUR}, "not-yet"),
        ({"issued": NOW, "expires": NOW + 13 * HOUR}, "malformed"),
        ({"session_key": STRANGER.public_line}, "wrong-session-key"),
        ({"id": "grant-2"}, "wrong-session-key"),
        ({"session": "session-2"}, "wrong-session-key"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused(changes: dict[str, object], code: str) -> None:
    assert refusal(gate(), sealed_grant(grant(**changes))).code == code


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (seal(grant(), STRANGER), "unknown-key"),
        (seal_body(grant().to_body(), Open.TYPE, PROVIDER), "wrong-namespace"),
        (Envelope(grant().to_body(), ()), "bad-signature"),
        (seal(wish(), PROVIDER), "wrong-namespace"),
        (seal_body(grant().to_body().replace("{", "{ ", 1), Grant.TYPE, PROVIDER), "malformed"),
        (
            seal_body(grant().to_body().replace('"uses"', '"unlimited":true,"uses"'), Grant.TYPE),
            "unknown-member",
        ),
    ],
)
def test_a_forged_grant_is_refused(envelope: Envelope, code: str) -> None:
    assert refusal(gate(), envelope).code == code


def test_a_wish_signed_by_another_key_or_changed_afterwards_is_refused() -> None:
    assert refusal(gate(), wish=seal(wish(), STRANGER)).code == "wrong-session-key"
    as_root = sealed_wish().body.replace("guest", "admin")
    changed = Envelope(as_root, sealed_wish().signatures)
    assert refusal(gate(), wish=changed).code == "bad-signature"


def test_a_wish_for_an_unknown_kind_of_channel_is_refused() -> None:
    body = wish().to_body().replace('"kind":"shell"', '"kind":"printer"')
    assert refusal(gate(), wish=seal_body(body, Open.TYPE, SESSION)).code == "unknown-kind"


def test_a_shell_as_another_user_is_refused_by_its_clause() -> None:
    as_root = sealed_wish(wish(parameters={**wish().parameters, "run_as": "root"}))
    found = refusal(gate(), wish=as_root)
    assert (found.code, found.clause) == ("parameter-refused", 4)
    assert "not to open a shell as root" in found.sentence


def test_a_nonce_serves_one_grant_within_ten_minutes() -> None:
    assert refusal(gate(steady=11 * MINUTE)).code == "wrong-nonce"
    place = gate()
    admit(sealed_grant(), sealed_wish(), place)
    other = sealed_grant(grant(id="grant-2"))
    assert refusal(place, other, sealed_wish(wish(grant="grant-2"))).code == "wrong-nonce"
    admit(sealed_grant(), sealed_wish(), replace(place, steady=HOUR))


def test_a_device_nobody_vouched_for_is_held_to_health() -> None:
    bare = CustomerTrust(keyset().fingerprint, DEVICE.public_line)
    assert refusal(gate(bare)).code == "unpinned"
    bare.accept(seal(keyset(), CUSTOMER))
    assert refusal(gate(bare)).code == "statement-missing"
    bare.accept(seal(statement(), CUSTOMER))
    assert refusal(gate(bare)).code == "contract-missing"


def test_an_instance_held_to_health_opens_nothing() -> None:
    assert refusal(gate(hold="health")).code == "held"


def test_a_grant_under_a_replaced_contract_is_refused() -> None:
    trust = trusting()
    trust.accept(seal(contract(serial=2), CUSTOMER))
    assert refusal(gate(trust)).code == "contract-superseded"


def test_a_revocation_refuses_the_next_wish() -> None:
    trust = trusting()
    narrowing = Narrowing(
        organisation="lotus",
        author="customer",
        id="n-1",
        serial=1,
        contract=trust.contract_digest,
        devices=("*",),
        effect="revoke-all",
        reason="we called",
        issued=NOW,
    )
    trust.accept(seal(narrowing, REVOKER))
    found = refusal(gate(trust))
    assert found.code == "revoked"
    assert found.sentence == "The customer has revoked all access: we called."


RULE = ApprovalRule(1, (APPROVER.public_line,), 60)
APPROVED = contract(clause(4, approval=RULE))


def approved(*, until: int = NOW + DAY, signer: object = APPROVER, **changes: object) -> Envelope:
    request = ApprovalRequest(
        device=DEVICE.public_line,
        session="session-1",
        capabilities=("shell.user",),
        parameter="guest",
        technician="Tomás Rivera",
        case="Registration page is down",
        reason="repair",
        start=NOW - HOUR,
        until=until,
    )
    request = replace(request, **changes)  # type: ignore[arg-type]
    yes = Approval(request.digest, "Chen Wei", NOW - MINUTE, until)
    carried = CarriedApproval(request.to_body(), seal(yes, signer))  # type: ignore[arg-type]
    return sealed_grant(grant(APPROVED, approvals=(carried,)))


def test_a_clause_with_approvals_waits_for_them() -> None:
    place = gate(trusting(APPROVED))
    assert refusal(place, sealed_grant(grant(APPROVED))).code == "approval-missing"
    admission = admit(approved(), sealed_wish(), gate(trusting(APPROVED)))
    assert admission.decision is not None
    assert admission.decision.expires == NOW + 2 * HOUR, "the answer's end is not the session's"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"until": NOW - 1}, "approval-expired"),
        ({"technician": "Aiko Sato"}, "approval-missing"),
        ({"case": "another"}, "approval-missing"),
        ({"device": STRANGER.public_line}, "approval-missing"),
        ({"capabilities": ("reboot",)}, "approval-missing"),
        ({"signer": STRANGER}, "unknown-key"),
    ],
)
def test_an_approval_of_another_request_does_not_count(
    changes: dict[str, object], code: str
) -> None:
    assert refusal(gate(trusting(APPROVED)), approved(**changes)).code == code  # type: ignore[arg-type]


def test_an_approval_whose_request_was_swapped_is_refused() -> None:
    honest = Grant.parse(approved().body).approvals[0]
    swapped = replace(honest, request=honest.request.replace("shell.user", "reboot"))
    found = refusal(gate(trusting(APPROVED)), sealed_grant(grant(APPROVED, approvals=(swapped,))))
    assert found.code == "approval-missing"


def test_consent_is_asked_for_where_the_clause_says_so() -> None:
    attended = contract(clause(4, consent="attended"))
    under = sealed_grant(grant(attended))
    assert refusal(gate(trusting(attended)), under).code == "consent-missing"
    admit(under, sealed_wish(), gate(trusting(attended), consent=True))


def named(found: Clause) -> Contract:
    return contract(replace(found, who=Who(technicians=(TECHNICIAN.public_line,))))


def test_a_named_technicians_own_key_must_have_signed_the_wish() -> None:
    found = named(clause())
    technician = replace(grant().technician, key=TECHNICIAN.public_line)
    under = sealed_grant(grant(found, technician=technician))
    assert refusal(gate(trusting(found)), under).code == "capability-refused"
    both = seal(wish(), SESSION, TECHNICIAN)
    admission = admit(under, both, gate(trusting(found)))
    assert admission.decision is not None
    assert "the technician's key" in admission.decision.proved


def test_administrator_shells_imply_everything_and_the_clause_says_so() -> None:
    found = contract(clause(2, Capability("shell.admin")))
    under = sealed_grant(grant(found, capabilities=("shell.admin",)))
    as_root = sealed_wish(wish(parameters={**wish().parameters, "run_as": "root"}))
    admit(under, as_root, gate(trusting(found)))
    # The grant itself does not name shell.admin, so it does not reach further than it says.
    narrow = sealed_grant(grant(found, capabilities=("shell.user",)))
    assert refusal(gate(trusting(found)), narrow, as_root).code == "capability-refused"
