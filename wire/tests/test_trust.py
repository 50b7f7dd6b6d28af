import json
from dataclasses import replace

import pytest
from lotus import (
    APPROVER,
    CUSTOMER,
    DAY,
    DEVICE,
    NOW,
    PROVIDER,
    RECOVERY,
    REVOKER,
    SECOND,
    STRANGER,
    contract,
    grant,
    keyset,
    statement,
)

from reachback_wire.documents import (
    Contract,
    DeviceStatement,
    Envelope,
    Keyset,
    KeysetKey,
    Narrowing,
    seal,
    seal_body,
)
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PrivateKey
from reachback_wire.trust import CustomerTrust, check_chain

FIRST = seal(keyset(), CUSTOMER)


def trusting() -> CustomerTrust:
    trust = CustomerTrust(keyset().fingerprint, DEVICE.public_line)
    for envelope in (FIRST, seal(statement(), CUSTOMER), seal(contract(), CUSTOMER)):
        assert trust.accept(envelope).new
    return trust


def refused(trust: CustomerTrust, envelope: Envelope, *, at_device: bool = False) -> str:
    before = trust.to_state()
    with pytest.raises(Refusal) as refusal:
        trust.accept(envelope, at_device=at_device)
    assert trust.to_state() == before, "a refused document changes nothing"
    assert refusal.value.sentence.endswith(".")
    return refusal.value.code


def two_signers(**changes: object) -> Keyset:
    keys = (*keyset().keys, KeysetKey(SECOND.public_line, "Second", ("sign",)))
    return replace(keyset(), keys=keys, threshold=2, **changes)  # type: ignore[arg-type]


def narrowing(**changes: object) -> Narrowing:
    found = Narrowing(
        organisation="lotus",
        author="customer",
        id="n-1",
        serial=1,
        contract=seal(contract(), CUSTOMER).digest,
        devices=("*",),
        effect="revoke-all",
        issued=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def test_the_first_keyset_is_trusted_by_its_fingerprint_alone() -> None:
    trust = CustomerTrust(keyset().fingerprint, DEVICE.public_line)
    assert refused(trust, seal(keyset(name="Orchid Hotels"), CUSTOMER)) == "unknown-key"
    assert refused(trust, seal(statement(), CUSTOMER)) == "unpinned"
    assert trust.accept(FIRST).new
    assert not trust.accept(FIRST).new


def test_a_later_keyset_needs_the_old_threshold() -> None:
    first = seal(two_signers(), CUSTOMER)
    trust = CustomerTrust(two_signers().fingerprint, DEVICE.public_line)
    trust.accept(first)
    later = two_signers(serial=2, previous=first.digest, name="Lotus")
    assert refused(trust, seal(later, CUSTOMER)) == "bad-signature"
    assert refused(trust, seal(later, CUSTOMER, CUSTOMER)) == "bad-signature"
    assert refused(trust, seal(later, CUSTOMER, STRANGER)) == "unknown-key"
    assert trust.accept(seal(later, CUSTOMER, SECOND)).new
    assert trust.keyset == later
    assert refused(trust, first) == "keyset-rollback"
    assert check_chain(trust.keysets, two_signers().fingerprint) == later


def test_a_recovery_key_works_at_the_device_only() -> None:
    later = seal(keyset(serial=2, previous=FIRST.digest, name="Recovered"), RECOVERY)
    trust = trusting()
    assert refused(trust, later) == "unknown-key"
    assert refused(trust, seal(keyset(serial=2, previous=FIRST.digest), STRANGER), at_device=True)
    assert trust.accept(later, at_device=True).new


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serial": 2, "previous": "sha256:" + "0" * 64}, "keyset-rollback"),
        ({"serial": 1002, "previous": FIRST.digest}, "keyset-rollback"),
        ({"serial": 2, "previous": FIRST.digest, "organisation": "orchid"}, "unknown-key"),
        ({"serial": 2}, "malformed"),
        ({"serial": 2, "previous": FIRST.digest, "threshold": 2}, "malformed"),
    ],
)
def test_a_keyset_that_does_not_follow_is_refused(changes: dict[str, object], code: str) -> None:
    assert refused(trusting(), seal(keyset(**changes), CUSTOMER)) == code


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (seal(statement(key=STRANGER.public_line), CUSTOMER), "other-device"),
        (seal(statement(serial=2, organisation="orchid"), CUSTOMER), "unknown-key"),
        (seal(statement(serial=2), REVOKER), "unknown-key"),
        (seal(statement(serial=1, name="renamed"), CUSTOMER), "contract-rollback"),
        (seal(statement(serial=1002), CUSTOMER), "contract-rollback"),
        (seal(statement(serial=2, keyset=2), CUSTOMER), "keyset-rollback"),
        (seal_body(statement(serial=2).to_body(), Contract.TYPE, CUSTOMER), "wrong-namespace"),
        (seal(contract(serial=2), APPROVER), "unknown-key"),
        (seal(contract(serial=1, title="Wider"), CUSTOMER), "contract-rollback"),
        (seal(contract(serial=1002), CUSTOMER), "contract-rollback"),
        (seal(grant(), PROVIDER), "unknown"),
        (Envelope("not canonical", ()), "malformed"),
    ],
)
def test_what_does_not_count_is_refused(envelope: Envelope, code: str) -> None:
    assert refused(trusting(), envelope) == code


def test_an_older_document_is_refused_after_a_newer_one() -> None:
    trust = trusting()
    old = seal(contract(), CUSTOMER)
    assert trust.accept(seal(contract(serial=2), CUSTOMER)).new
    assert refused(trust, old) == "contract-rollback"
    assert old.digest in trust.superseded
    later = keyset(serial=2, previous=FIRST.digest)
    trust.accept(seal(later, CUSTOMER))
    assert refused(trust, seal(contract(serial=3), CUSTOMER)) == "contract-rollback"
    assert trust.accept(seal(contract(keyset=2, serial=3), CUSTOMER)).new


def test_a_contract_needs_the_keysets_threshold() -> None:
    trust = CustomerTrust(two_signers().fingerprint, DEVICE.public_line)
    trust.accept(seal(two_signers(), CUSTOMER))
    assert refused(trust, seal(contract(), CUSTOMER)) == "bad-signature"
    assert trust.accept(seal(contract(), CUSTOMER, SECOND)).new


@pytest.mark.parametrize(
    ("author", "signer", "code"),
    [
        ("customer", REVOKER, ""),
        ("customer", CUSTOMER, ""),
        ("customer", PROVIDER, "unknown-key"),
        ("provider", PROVIDER, ""),
        ("provider", CUSTOMER, "unknown-key"),
        ("device", DEVICE, ""),
        ("device", PROVIDER, "unknown-key"),
    ],
)
def test_a_narrowing_is_signed_by_its_author(author: str, signer: PrivateKey, code: str) -> None:
    envelope = seal(narrowing(author=author), signer)
    if code:
        assert refused(trusting(), envelope) == code
    else:
        trust = trusting()
        assert trust.accept(envelope).new
        assert len(trust.narrowings) == 1


def test_each_author_lifts_its_own_narrowing_only() -> None:
    trust = trusting()
    trust.accept(seal(narrowing(), REVOKER))
    trust.accept(seal(narrowing(author="provider"), PROVIDER))
    lifted = narrowing(author="provider", serial=2, lifted=True)
    trust.accept(seal(lifted, PROVIDER))
    assert [item.author for item in trust.narrowings] == ["customer"]
    assert refused(trust, seal(narrowing(author="provider"), PROVIDER)) == "contract-rollback"
    assert refused(trust, seal(narrowing(serial=2, lifted=True), REVOKER)) == "bad-signature"


def test_the_customers_narrowing_ends_with_a_new_contract_and_does_not_come_back() -> None:
    trust = trusting()
    old = seal(narrowing(), REVOKER)
    trust.accept(old)
    trust.accept(seal(contract(serial=2), CUSTOMER))
    assert trust.narrowings == ()
    trust.accept(old)
    assert trust.narrowings == ()
    ahead = narrowing(id="n-2", contract="sha256:" + "9" * 64)
    trust.accept(seal(ahead, REVOKER))
    trust.accept(seal(contract(serial=3), CUSTOMER))
    assert trust.narrowings == (ahead,), "it was written against a contract not seen yet"


def test_a_provider_cannot_fill_the_device_with_narrowings() -> None:
    trust = trusting()
    for number in range(200):
        trust.accept(seal(narrowing(author="provider", id=f"p-{number}"), PROVIDER))
    assert refused(trust, seal(narrowing(author="provider", id="more"), PROVIDER)) == "malformed"
    assert trust.accept(seal(narrowing(), REVOKER)).new


def test_the_state_survives_a_restart() -> None:
    trust = trusting()
    trust.accept(seal(narrowing(author="provider"), PROVIDER))
    trust.accept(seal(contract(serial=2), CUSTOMER))
    stored = json.loads(json.dumps(trust.to_state()))
    again = CustomerTrust.from_state(stored)
    assert again.to_state() == trust.to_state()
    assert again.narrowings == trust.narrowings
    assert (again.contract, again.contract_digest) == (trust.contract, trust.contract_digest)
    assert refused(again, seal(contract(), CUSTOMER)) == "contract-rollback"
    assert CustomerTrust.from_state(CustomerTrust("f", "d").to_state()).keyset is None
    for broken in ({**stored, "keysets": None}, {**stored, "narrowings": ["x"]}):
        with pytest.raises(Refusal):
            CustomerTrust.from_state(broken)


def test_the_customers_word_is_as_fresh_as_its_newest_document() -> None:
    trust = trusting()
    assert trust.fresh_at == NOW - DAY
    trust.accept(seal(statement(serial=2, issued=NOW), CUSTOMER))
    assert trust.fresh_at == NOW
    trust.accept(seal(narrowing(author="provider", issued=NOW + DAY), PROVIDER))
    assert trust.fresh_at == NOW, "the provider's word does not count"
    assert DeviceStatement.parse(statement().to_body()) == statement()
