"""What a device (or the gateway, per device) has come to trust, and what may replace it.

Keyset chain → device statement → contract → narrowings. Nothing goes back: an older document is
refused, and a serial advances by at most 1,000, so that nobody can use up the numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from reachback_wire.documents import (
    Contract,
    DeviceStatement,
    Envelope,
    Keyset,
    Narrowing,
    keyset_fingerprint,
)
from reachback_wire.refusals import Code, Refusal

MAX_ADVANCE: Final = 1_000
_MAX_PROVIDER_NARROWINGS: Final = 200
_MAX_SUPERSEDED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that now counts: `new` is False when it was already known."""

    kind: str
    digest: str
    new: bool


@dataclass(frozen=True, slots=True)
class _Standing:
    """A narrowing as accepted: `party` is who may lift it."""

    envelope: Envelope
    narrowing: Narrowing
    party: str


class CustomerTrust:
    """The customer's documents as one device holds them.

    `fingerprint` is what `enrol --customer-keys` was given, `device` the device's public line.
    Every `accept` either changes the state or raises Refusal and changes nothing.
    """

    def __init__(self, fingerprint: str, device: str) -> None:
        self.fingerprint = fingerprint
        self.device = device
        self.keysets: list[Envelope] = []
        self.keyset: Keyset | None = None
        self.statement: DeviceStatement | None = None
        self.contract: Contract | None = None
        self.contract_digest = ""
        self.fresh_at = 0
        self._statement_envelope: Envelope | None = None
        self._contract_envelope: Envelope | None = None
        self._superseded: list[str] = []
        self._narrowings: dict[tuple[str, str], _Standing] = {}

    @property
    def narrowings(self) -> tuple[Narrowing, ...]:
        """The narrowings that stand now, lifted ones left out."""
        found = (item.narrowing for item in self._narrowings.values())
        return tuple(item for item in found if not item.lifted)

    @property
    def keyset_digest(self) -> str:
        return self.keysets[-1].digest if self.keysets else ""

    @property
    def superseded(self) -> Collection[str]:
        """Digests of contracts that were in force before."""
        return tuple(self._superseded)

    def accept(self, envelope: Envelope, *, at_device: bool = False) -> Accepted:
        """Take a document in by its type; an already known one is accepted again, unchanged.

        `at_device`: somebody installs it at the device itself, where one `recover` key replaces
        the old threshold. Raises Refusal.
        """
        if envelope.digest in self._known():
            return Accepted(envelope.type, envelope.digest, new=False)
        match envelope.type:
            case Keyset.TYPE:
                self._accept_keyset(envelope, at_device=at_device)
            case DeviceStatement.TYPE:
                self._accept_statement(envelope)
            case Contract.TYPE:
                self._accept_contract(envelope)
            case Narrowing.TYPE:
                self._accept_narrowing(envelope)
            case other:
                raise Refusal("unknown", f"A document “{other[:64]}” is not kept here.")
        return Accepted(envelope.type, envelope.digest, new=True)

    def _known(self) -> set[str]:
        found = {item.envelope.digest for item in self._narrowings.values()}
        current = (*self.keysets[-1:], self._statement_envelope, self._contract_envelope)
        return found | {item.digest for item in current if item}

    def _accept_keyset(self, envelope: Envelope, *, at_device: bool) -> None:
        keyset = Keyset.parse(envelope.body)
        if self.keyset is None:
            if keyset_fingerprint(envelope.body) != self.fingerprint:
                _refuse("unknown-key", "The keyset is not the one whose fingerprint was given.")
        else:
            self._check_successor(keyset, self.keyset)
            recovery = self.keyset.with_role("recover") if at_device else frozenset()
            _check_change(envelope, self.keyset, recovery)
        self.keysets.append(envelope)
        self.keyset = keyset
        self._heard(keyset.issued)

    def _check_successor(self, keyset: Keyset, before: Keyset) -> None:
        _same_organisation(keyset.organisation, before.organisation)
        if keyset.serial <= before.serial:
            _refuse("keyset-rollback", f"Keyset {keyset.serial} is older than {before.serial}.")
        if keyset.serial - before.serial > MAX_ADVANCE:
            _refuse("keyset-rollback", "The keyset's serial advances by more than 1,000.")
        if keyset.previous != self.keyset_digest:
            _refuse("keyset-rollback", "The keyset does not follow the one that is trusted.")

    def _accept_statement(self, envelope: Envelope) -> None:
        keyset = self._need_keyset()
        statement = DeviceStatement.parse(envelope.body)
        _same_organisation(statement.organisation, keyset.organisation)
        if statement.key != self.device:
            _refuse("other-device", f"The statement is about {statement.name}, not this device.")
        _check_keyset(statement.keyset, keyset)
        envelope.signers(statement.TYPE, keyset.with_role("sign"))
        before = self.statement
        order = (before.keyset, before.serial) if before else (0, 0)
        _check_order("device statement", (statement.keyset, statement.serial), order)
        self.statement, self._statement_envelope = statement, envelope
        self._heard(statement.issued)

    def _accept_contract(self, envelope: Envelope) -> None:
        keyset = self._need_keyset()
        contract = Contract.parse(envelope.body)
        _same_organisation(contract.organisation, keyset.organisation)
        _check_keyset(contract.keyset, keyset)
        envelope.signers(contract.TYPE, keyset.with_role("sign"), keyset.threshold)
        before = self.contract.order if self.contract else (0, 0)
        _check_order("contract", contract.order, before)
        if self.contract_digest:
            self._superseded = [*self._superseded, self.contract_digest][-_MAX_SUPERSEDED:]
        self.contract, self._contract_envelope = contract, envelope
        self.contract_digest = envelope.digest
        self._lapse()
        self._heard(contract.issued)

    def _lapse(self) -> None:
        """A new contract lifts the customer's narrowings of the contracts it replaces."""
        replaced = {*self._superseded, ""}
        self._narrowings = {
            name: item
            for name, item in self._narrowings.items()
            if item.narrowing.author != "customer" or item.narrowing.contract not in replaced
        }

    def _accept_narrowing(self, envelope: Envelope) -> None:
        keyset = self._need_keyset()
        narrowing = Narrowing.parse(envelope.body)
        _same_organisation(narrowing.organisation, keyset.organisation)
        if narrowing.author == "customer" and narrowing.lifted:
            _refuse("bad-signature", "A customer's narrowing is lifted by a new contract only.")
        party = self._narrowing_party(envelope, narrowing, keyset)
        name = (party, narrowing.id)
        before = self._narrowings.get(name)
        last = before.narrowing.serial if before else 0
        if narrowing.serial <= last:
            _refuse("contract-rollback", f"Narrowing {narrowing.serial} is older than {last}.")
        self._check_room(party, name)
        if narrowing.author == "customer":
            self._heard(narrowing.issued)
            if narrowing.contract in self._superseded:
                return  # the contract that lifted it is already in force
        self._narrowings[name] = _Standing(envelope, narrowing, party)

    def _narrowing_party(self, envelope: Envelope, narrowing: Narrowing, keyset: Keyset) -> str:
        """Check who signed and give the name under which only the same author may lift it."""
        if narrowing.author == "customer":
            envelope.signers(narrowing.TYPE, keyset.with_role("revoke", "sign"))
            return "customer"
        if narrowing.author == "device":
            envelope.signers(narrowing.TYPE, {self.device})
            return "device"
        if self.contract is None:
            raise Refusal("contract-missing", "A provider narrows a contract; there is none.")
        signers = envelope.signers(narrowing.TYPE, self.contract.grant_keys)
        parties = (self.contract.provider, *self.contract.partners)
        party = next(item for item in parties if not signers.isdisjoint(item.grant_keys))
        return f"provider {party.name}"

    def _check_room(self, party: str, name: tuple[str, str]) -> None:
        held = sum(item.party == party for item in self._narrowings.values())
        full = held >= _MAX_PROVIDER_NARROWINGS and name not in self._narrowings
        if full and party.startswith("provider "):
            _refuse("malformed", "The provider has too many narrowings.")

    def _need_keyset(self) -> Keyset:
        if self.keyset is None:
            raise Refusal("unpinned", "The customer's keys are not known here yet.")
        return self.keyset

    def _heard(self, issued: int) -> None:
        self.fresh_at = max(self.fresh_at, issued)

    def to_state(self) -> dict[str, object]:
        """Give everything to store, as JSON values."""
        single = {"statement": self._statement_envelope, "contract": self._contract_envelope}
        return {
            "fingerprint": self.fingerprint,
            "device": self.device,
            "keysets": [item.to_json() for item in self.keysets],
            **{name: item.to_json() if item else None for name, item in single.items()},
            "superseded": list(self._superseded),
            "narrowings": [
                {"party": item.party, "envelope": item.envelope.to_json()}
                for item in self._narrowings.values()
            ],
            "fresh_at": self.fresh_at,
        }

    @classmethod
    def from_state(cls, state: dict[str, object]) -> "CustomerTrust":
        """Read what `to_state` wrote. Signatures were checked when each document came in; the
        owner of the file vouches for it. Raises Refusal when a document does not parse.
        """
        trust = cls(str(state["fingerprint"]), str(state["device"]))
        trust.keysets = [Envelope.from_json(item) for item in _items(state["keysets"])]
        if trust.keysets:
            trust.keyset = Keyset.parse(trust.keysets[-1].body)
        if state["statement"]:
            trust._statement_envelope = Envelope.from_json(state["statement"])
            trust.statement = DeviceStatement.parse(trust._statement_envelope.body)
        if state["contract"]:
            trust._contract_envelope = Envelope.from_json(state["contract"])
            trust.contract = Contract.parse(trust._contract_envelope.body)
            trust.contract_digest = trust._contract_envelope.digest
        trust._superseded = [str(item) for item in _items(state["superseded"])]
        for item in _items(state["narrowings"]):
            trust._restore(item)
        trust.fresh_at = int(str(state["fresh_at"]))
        return trust

    def _restore(self, item: object) -> None:
        if not isinstance(item, dict):
            raise Refusal("malformed", "A stored narrowing is damaged.")
        envelope, party = Envelope.from_json(item["envelope"]), str(item["party"])
        narrowing = Narrowing.parse(envelope.body)
        self._narrowings[(party, narrowing.id)] = _Standing(envelope, narrowing, party)


def check_chain(keysets: Sequence[Envelope], fingerprint: str) -> Keyset:
    """Check a chain of keysets, oldest first, from a fingerprint on; give the newest."""
    trust = CustomerTrust(fingerprint, "")
    for envelope in keysets:
        trust.accept(envelope)
    if trust.keyset is None:
        raise Refusal("unpinned", "There is no keyset.")
    return trust.keyset


def _check_change(envelope: Envelope, before: Keyset, recovery: frozenset[str]) -> None:
    """A new keyset is signed by the old threshold, or at the device by one recovery key."""
    if recovery:
        try:
            envelope.signers(Keyset.TYPE, recovery)
        except Refusal:
            pass  # then it must be the old threshold
        else:
            return
    envelope.signers(Keyset.TYPE, before.with_role("sign"), before.threshold)


def _check_keyset(named: int, keyset: Keyset) -> None:
    if named < keyset.serial:
        _refuse("contract-rollback", f"The document was signed under the older keyset {named}.")
    if named > keyset.serial:
        _refuse("keyset-rollback", f"The document needs keyset {named}, which is not here yet.")


def _check_order(what: str, order: tuple[int, int], before: tuple[int, int]) -> None:
    if order <= before:
        _refuse(
            "contract-rollback", f"The {what} {order[1]} is not newer than {before[1]}, held here."
        )
    if order[1] - before[1] > MAX_ADVANCE:
        _refuse("contract-rollback", f"The {what}'s serial advances by more than 1,000.")


def _same_organisation(named: str, ours: str) -> None:
    if named != ours:
        _refuse("unknown-key", "The document is of another organisation.")


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Refusal("malformed", "The stored trust is damaged.")
    return value


def _refuse(code: Code, sentence: str) -> None:
    raise Refusal(code, sentence)
