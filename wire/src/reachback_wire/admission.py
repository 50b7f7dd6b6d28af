"""`admit`: the whole verification order for (grant, OPEN), the same at the front and the device.

keyset chain → statement → contract → narrowings (already in `CustomerTrust`) → grant → OPEN →
`decide`. The device passes its nonce book and ledger; the front passes what it knows of them.
"""

from dataclasses import dataclass

from reachback_wire import approving
from reachback_wire.decisions import Decision, check_grant, decide
from reachback_wire.documents import Contract, Envelope, Grant, Keyset, Open
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock, Request
from reachback_wire.spent import NonceBook, SpentLedger, Standing
from reachback_wire.trust import CustomerTrust


@dataclass(frozen=True, slots=True)
class Gate:
    """Where an OPEN arrives.

    `hold` is "health" for an instance held to health; `consent` whether the person at the device
    agreed; `steady` ms of the clock the nonce book goes by. A None book is not asked.
    """

    trust: CustomerTrust
    clock: Clock
    nonces: NonceBook | None = None
    ledger: SpentLedger | None = None
    steady: int = 0
    hold: str = "none"
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """An OPEN that is admitted. `standing.state` "repeat": give `standing.answer` again instead.

    `decision` is None for a repeat, which is answered as before and not judged again.
    """

    grant: Grant
    grant_digest: str
    wish: Open
    open_digest: str
    standing: Standing
    decision: Decision | None

    def begin(self, ledger: SpentLedger) -> dict[str, object]:
        """Spend the counter; the caller stores the entry durably before it acts."""
        return ledger.begin(self.grant, self.grant_digest, self.wish, self.open_digest)

    def finish(self, ledger: SpentLedger, answer: dict[str, object]) -> dict[str, object]:
        """Note the answer that repeats are given; the caller stores the entry."""
        return ledger.finish(self.grant.id, self.wish.counter, answer)


def admit(grant_envelope: Envelope, open_envelope: Envelope, gate: Gate) -> Admission:
    """Check everything about an OPEN; raises Refusal with the code and sentence to answer."""
    trust = gate.trust
    if gate.hold != "none":
        raise Refusal(
            "held", "This device is held to health until a clone or stolen key is ruled out."
        )
    contract = _standing_contract(trust)
    grant = verify_grant(grant_envelope, trust, contract)
    digest, open_digest = grant_envelope.digest, open_envelope.digest
    wish, signers = _verify_open(open_envelope, grant, contract)
    standing = Standing("new")
    if gate.ledger is not None:
        standing = gate.ledger.look(grant, digest, wish, open_digest)
        standing.require_known()
    if standing.state == "repeat":
        return Admission(grant, digest, wish, open_digest, standing, None)
    if gate.nonces is not None:
        gate.nonces.bind(grant.nonce, digest, gate.steady)
    approvals = approving.check(grant, contract, _standing_keyset(trust))
    request = Request.of(wish, signers=signers, approvals=approvals, consent=gate.consent)
    decision = decide(
        contract,
        grant,
        request,
        gate.clock,
        statement=trust.statement,
        narrowings=trust.narrowings,
        fresh_at=trust.fresh_at,
    )
    if not decision.allowed:
        raise decision.as_refusal()
    return Admission(grant, digest, wish, open_digest, standing, decision)


def verify_grant(envelope: Envelope, trust: CustomerTrust, contract: Contract) -> Grant:
    """Check a grant's signature, device and contract, and that it is not wider than that."""
    grant = Grant.parse(envelope.body)
    if grant.contract != trust.contract_digest:
        if grant.contract in trust.superseded:
            raise Refusal("contract-superseded", "The grant names a contract since replaced.")
        raise Refusal("contract-missing", "The grant names a contract that is not held here.")
    envelope.signers(Grant.TYPE, contract.grant_keys)
    if grant.device != trust.device or grant.organisation != contract.organisation:
        raise Refusal("other-device", "The grant is for another device.")
    check_grant(contract, grant)
    return grant


def _standing_keyset(trust: CustomerTrust) -> Keyset:
    if trust.keyset is None:
        raise Refusal("unpinned", "The customer's keys are not known here yet: health only.")
    return trust.keyset


def _standing_contract(trust: CustomerTrust) -> Contract:
    _standing_keyset(trust)
    if trust.statement is None:
        raise Refusal(
            "statement-missing", "The customer has not vouched for this device yet: health only."
        )
    if trust.contract is None:
        raise Refusal("contract-missing", "The customer has signed no contract for this device.")
    return trust.contract


def _verify_open(
    envelope: Envelope, grant: Grant, contract: Contract
) -> tuple[Open, frozenset[str]]:
    """Check that the grant's session key signed this OPEN; technicians' keys count as well."""
    wish = Open.parse(envelope.body)
    named = {key for clause in contract.clauses for key in clause.who.technicians}
    try:
        envelope.signers(Open.TYPE, {grant.session_key})
    except Refusal as refusal:
        if refusal.code != "unknown-key":
            raise
        raise Refusal(
            "wrong-session-key", "The wish to open is not signed by the grant's session key."
        ) from refusal
    session, _, _ = wish.channel.rpartition(".")
    if wish.grant != grant.id or session != grant.session:
        raise Refusal("wrong-session-key", "The wish to open belongs to another grant.")
    return wish, envelope.signers(Open.TYPE, named | {grant.session_key})
