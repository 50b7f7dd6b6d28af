"""Weighing one clause against one request: it allows, or it says how far the request got."""

from dataclasses import dataclass

from reachback_wire import approving, sentences, windows
from reachback_wire.documents import Capability, Clause, Contract, Grant
from reachback_wire.refusals import Code, Refusal
from reachback_wire.requests import Clock, Moments, Request

_STRENGTH = {"": 0, "any": 0, "totp": 1, "passkey": 2}


@dataclass(frozen=True, slots=True)
class Weighing:
    """The matter at hand: who asks for what under which contract, and the instants that count.

    `narrowed` are capabilities that narrowings took away; `trouble` is what is wrong with the
    clocks, which only clockless clauses overlook.
    """

    contract: Contract
    grant: Grant
    request: Request
    clock: Clock
    narrowed: frozenset[str]
    trouble: Refusal | None

    def moments(self, clause: Clause) -> Moments:
        """With a clock in trouble a clockless clause goes by the gateway's time and the floor."""
        clock = self.clock
        times = (
            (clock.gateway,) if self.trouble and clause.clockless else (clock.device, clock.gateway)
        )
        return Moments(times, clock.floor)

    def windows_at(self, clause: Clause) -> tuple[int, ...]:
        """The instants at which a window must be open: a planned restart's is when it happens."""
        return tuple(max(time, self.request.planned) for time in self.moments(clause).times)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a request got: `refusal` None means allowed, until `expires` (ms)."""

    rank: int
    refusal: Refusal | None
    expires: int = 0


def weigh(clause: Clause, matter: Weighing) -> Outcome:
    """Weigh a clause; ranks tell how near a refused request came to being allowed."""
    steps = (_check_capability, _check_parameter, _check_who, _check_clock, _check_when)
    last = (_check_case, _check_approvals, _check_consent)
    for rank, step in enumerate((*steps, *last)):
        try:
            step(clause, matter)
        except Refusal as refusal:
            return Outcome(rank, Refusal(refusal.code, refusal.sentence, clause.number))
    return Outcome(len(steps) + len(last), None, _expires(clause, matter))


def available(clause: Clause, grant: Grant) -> frozenset[str]:
    """Give the capabilities a clause offers the technician whom the grant names."""
    who = clause.who
    if who.teams and not set(who.teams) & set(grant.technician.teams):
        return frozenset()
    if who.technicians and grant.technician.key not in who.technicians:
        return frozenset()
    return frozenset(item.name for item in clause.capabilities)


def _usable(clause: Clause, matter: Weighing) -> list[Capability]:
    """Capabilities of the clause that the grant names, that stand, and that fit the request."""
    wanted = {matter.request.capability, "shell.admin"}
    return [
        item
        for item in clause.capabilities
        if item.name in wanted
        and item.name in matter.grant.capabilities
        and item.name not in matter.narrowed
    ]


def _check_capability(clause: Clause, matter: Weighing) -> None:
    if not _usable(clause, matter):
        words = sentences.request_words(matter.request)
        _refuse("capability-refused", f"No clause that the grant names allows to {words}.")


def _check_parameter(clause: Clause, matter: Weighing) -> None:
    parameter = matter.request.parameter
    usable = _usable(clause, matter)
    user = matter.request.script_user
    above = any(item.name == "shell.admin" for item in usable)
    if matter.request.as_administrator and not (
        above or any(item.runs_as(user) for item in usable)
    ):
        _refuse(
            "parameter-refused",
            f"Clause {clause.number} allows no script as administrator: that needs a clause for "
            "scripts that names them, or shell.admin.",
        )
    if not above and not any(_fits_limit(item, parameter, user) for item in usable):
        allowed = sentences.listed([sentences.capability_words(item) for item in usable], "or")
        asked = sentences.request_words(matter.request)
        _refuse("parameter-refused", f"Clause {clause.number} allows to {allowed}, not to {asked}.")


def _fits_limit(item: Capability, parameter: str, user: str) -> bool:
    """Whether one capability allows it whole: a script and its user, never each from another."""
    return item.allows(parameter) and (not user or item.runs_as(user))


def _check_who(clause: Clause, matter: Weighing) -> None:
    who, technician = clause.who, matter.grant.technician
    unproved = who.technicians and matter.request.signers.isdisjoint(who.technicians)
    elsewhere = who.teams and set(who.teams).isdisjoint(technician.teams)
    weak = _STRENGTH[technician.mfa] < _STRENGTH[who.mfa]
    if unproved or elsewhere or weak:
        words = sentences.who_words(who, matter.contract)
        _refuse("capability-refused", f"Clause {clause.number} allows this only to {words}.")


def _check_clock(clause: Clause, matter: Weighing) -> None:
    if matter.trouble and not clause.clockless:
        raise matter.trouble


def _check_when(clause: Clause, matter: Weighing) -> None:
    if clause.when is None:
        return
    for moment in matter.windows_at(clause):
        if not windows.is_open(clause.when, moment):
            there = f"{windows.local(moment, windows.zone_of(clause.when.zone)):%a %H:%M}"
            words, then = sentences.when_words(clause.when), "it is now"
            if moment == matter.request.planned:
                then = "it will be"
            _refuse(
                "outside-window",
                f"Clause {clause.number} allows this {words}; there {then} {there}.",
            )


def _check_case(clause: Clause, matter: Weighing) -> None:
    if clause.case_required and matter.grant.case is None:
        _refuse("case-missing", f"Clause {clause.number} asks for a case, and none is named.")


def _check_approvals(clause: Clause, matter: Weighing) -> None:
    rule = clause.approval
    if rule is None:
        return
    fitting = approving.fitting(matter.grant, matter.request, rule)
    if approving.people(fitting) < rule.needed:
        words = sentences.approval_words(rule.needed)
        _refuse("approval-missing", f"Clause {clause.number} asks for {words} of this request.")
    current = approving.current(fitting, rule, matter.moments(clause))
    if approving.people(current) < rule.needed:
        _refuse(
            "approval-expired", f"The approval that clause {clause.number} asks for has expired."
        )


def _check_consent(clause: Clause, matter: Weighing) -> None:
    if clause.consent == "attended" and not matter.request.consent:
        _refuse("consent-missing", "The person at the device has not consented.")


def _expires(clause: Clause, matter: Weighing) -> int:
    moments = matter.moments(clause)
    ends = [matter.grant.expires, matter.contract.expires]
    if clause.when:
        ends += [windows.closes(clause.when, moment) for moment in matter.windows_at(clause)]
    if rule := clause.approval:
        fitting = approving.fitting(matter.grant, matter.request, rule)
        found = approving.current(fitting, rule, moments)
        ends.append(approving.execution_end(found, rule))
    return min(ends)


def _refuse(code: Code, sentence: str) -> None:
    raise Refusal(code, sentence)
