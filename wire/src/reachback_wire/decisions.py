"""`decide`: the one pure function that says whether a request is within the contract.

The gateway runs it, and the device's root helper runs it again with the same documents; the
answers are the same because nothing else goes in (docs/protocols/documents.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, cast

from reachback_wire import sentences
from reachback_wire.clauses import Outcome, Weighing, available, weigh
from reachback_wire.documents import Clause, Contract, DeviceStatement, Grant, Narrowing
from reachback_wire.refusals import Code, Refusal
from reachback_wire.requests import TOLERANCE_MS, Approved, Clock, Moments, Request, span

__all__ = ["Approved", "Clock", "Decision", "Request", "check_grant", "decide", "span"]

_HOUR_MS: Final = 3_600_000
_AUTHORS: Final = {
    "customer": "The customer",
    "provider": "The provider",
    "device": "Somebody at the device",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: `code` is `""` when allowed, else why not; `expires` in ms since 1970.

    `proved` and `asserted` say in words what the device checked and what it took on trust.
    """

    allowed: bool
    code: str
    sentence: str
    clause: int = 0
    proved: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()
    on_cut: str = "kill"
    recording: str = "required"
    expires: int = 0
    emergency: bool = False
    notify: tuple[str, ...] = ()

    def as_refusal(self) -> Refusal:
        """Give the refusal this decision is; only for one that is not allowed."""
        return Refusal(cast("Code", self.code), self.sentence, self.clause)

    @classmethod
    def refused(cls, refusal: Refusal) -> Self:
        return cls(
            allowed=False, code=refusal.code, sentence=refusal.sentence, clause=refusal.clause
        )


def decide(
    contract: Contract | None,
    grant: Grant | None,
    request: Request,
    clock: Clock,
    *,
    statement: DeviceStatement | None,
    narrowings: Sequence[Narrowing] = (),
    fresh_at: int = 0,
) -> Decision:
    """Judge a request; never raises, never looks at anything but its arguments.

    `fresh_at` (ms) is when the customer last gave its word (contract `freshness`). Health needs
    neither contract nor grant: it is what an unpinned device may still tell.
    """
    try:
        if request.capability == "health":
            return _health(statement, narrowings)
        return _decide(contract, grant, request, clock, statement, narrowings, fresh_at)
    except Refusal as refusal:
        return Decision.refused(refusal)


def check_grant(contract: Contract, grant: Grant) -> None:
    """Refuse (`wider-than-contract`) a grant that names more than its technician may have."""
    offered = frozenset[str]().union(*(available(clause, grant) for clause in contract.clauses))
    wider = [] if "shell.admin" in offered else sorted(set(grant.capabilities) - offered)
    if wider:
        raise Refusal(
            "wider-than-contract",
            f"The grant names {sentences.listed(wider)}, which no clause allows "
            f"{grant.technician.name}.",
        )


def _health(statement: DeviceStatement | None, narrowings: Sequence[Narrowing]) -> Decision:
    if statement:
        _check_narrowings([item for item in narrowings if item.capabilities], statement, "health")
    sentence = "The device's health may be seen."
    return Decision(allowed=True, code="", sentence=sentence, proved=("the device",))


def _decide(
    contract: Contract | None,
    grant: Grant | None,
    request: Request,
    clock: Clock,
    statement: DeviceStatement | None,
    narrowings: Sequence[Narrowing],
    fresh_at: int,
) -> Decision:
    if statement is None:
        raise Refusal("unpinned", "The customer has not vouched for this device yet: health only.")
    if contract is None:
        raise Refusal("contract-missing", "The customer has signed no contract for this device.")
    if grant is None:
        raise Refusal("capability-refused", "Nothing is allowed without a grant.")
    _check_device(contract, statement)
    _check_narrowings(narrowings, statement, request.capability)
    clock.check_floor()
    trouble = clock.trouble()
    narrowed = _narrowed(narrowings, statement)
    matter = Weighing(contract, grant, request, clock, narrowed, trouble)
    _check_dates(matter, fresh_at)
    check_grant(contract, grant)
    _check_terms(grant, request)
    return _best(matter, statement)


def _check_device(contract: Contract, statement: DeviceStatement) -> None:
    tagged = not set(contract.device_tags).isdisjoint(statement.tags)
    if contract.organisation != statement.organisation:
        raise Refusal("other-device", "The contract is of another organisation than the device.")
    if not tagged and statement.key not in contract.device_keys:
        raise Refusal("other-device", f"The contract does not cover {statement.name}.")


def _check_narrowings(
    narrowings: Sequence[Narrowing], statement: DeviceStatement, capability: str
) -> None:
    for item in narrowings:
        if item.lifted or not item.covers(statement.key):
            continue
        reason = f": {item.reason.rstrip('.')}." if item.reason else "."
        if item.effect == "revoke-all":
            raise Refusal("revoked", f"{_AUTHORS[item.author]} has revoked all access{reason}")
        if capability in item.capabilities:
            raise Refusal("narrowed", f"{_AUTHORS[item.author]} refuses {capability}{reason}")


def _narrowed(narrowings: Sequence[Narrowing], statement: DeviceStatement) -> frozenset[str]:
    live = [item for item in narrowings if not item.lifted and item.covers(statement.key)]
    return frozenset(name for item in live for name in item.capabilities)


def _check_dates(matter: Weighing, fresh_at: int) -> None:
    """Check contract, grant and freshness at every instant that some clause may go by."""
    contract, grant, clock = matter.contract, matter.grant, matter.clock
    times = (clock.gateway,) if matter.trouble else (clock.device, clock.gateway)
    moments = Moments(times, clock.floor)
    if not moments.since(contract.effective):
        raise Refusal("not-yet", "The contract is not in force yet.")
    if not moments.before(contract.expires):
        raise Refusal("contract-expired", "The contract has expired.")
    if not moments.since(grant.issued - TOLERANCE_MS):
        raise Refusal("not-yet", "The grant is dated in the future.")
    if not moments.before(grant.expires):
        raise Refusal("grant-expired", "The grant has expired; connect again.")
    hours = contract.freshness.hours
    age = moments.latest - fresh_at
    if hours and age > hours * _HOUR_MS:
        raise Refusal(
            "stale",
            f"The customer last gave its word {span(age)} ago; "
            f"the contract asks for it every {hours} h.",
        )


def _check_terms(grant: Grant, request: Request) -> None:
    """Refuse a script or restart under a grant that would let it run again, or outlive it."""
    if request.kind == "exec" and grant.uses != 1:
        raise Refusal("capability-refused", "A grant for a script is good for one run only.")
    if request.kind == "reboot" and grant.uses != 1:
        raise Refusal("capability-refused", "A grant for a restart is good for one only.")
    if request.planned >= grant.expires:
        raise Refusal("grant-expired", "The restart is planned for after the grant's end.")


def _best(matter: Weighing, statement: DeviceStatement) -> Decision:
    """Take the first clause that allows (emergency clauses last), else the nearest refusal."""
    nearest: Outcome | None = None
    for clause in sorted(matter.contract.clauses, key=lambda item: (item.emergency, item.number)):
        outcome = weigh(clause, matter)
        if outcome.refusal is None:
            return _allowed(clause, matter, statement, outcome.expires)
        if nearest is None or outcome.rank > nearest.rank:
            nearest = outcome
    if nearest is None or nearest.refusal is None or nearest.rank == 0:
        words = sentences.request_words(matter.request)
        raise Refusal("capability-refused", f"Neither grant nor contract allows to {words}.")
    raise nearest.refusal


def _allowed(
    clause: Clause, matter: Weighing, statement: DeviceStatement, expires: int
) -> Decision:
    contract, grant, request = matter.contract, matter.grant, matter.request
    return Decision(
        allowed=True,
        code="",
        sentence=sentences.allowed_sentence(
            clause, contract, grant, request, statement.name, expires
        ),
        clause=clause.number,
        proved=sentences.proved_by(clause),
        asserted=sentences.asserted_by(clause),
        on_cut=clause.on_cut,
        recording=contract.recording,
        expires=expires,
        emergency=clause.emergency,
        notify=contract.notify,
    )
