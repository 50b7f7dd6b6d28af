"""Who could do what, when, with whose approval: asked of `decide`, never read off the clauses.

Each line is one capability of one clause. `decide` is asked for the person the clause means, on a
device it covers, at a moment its windows are open, with everything the clause wants but approvals;
what is shown is what it answers. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback_wire import documents as wire
from reachback_wire import sentences, windows
from reachback_wire.decisions import Clock, Decision, Request, decide
from reachback_wire.documents.capability import NAMES
from reachback_wire.refusals import Refusal

_FAR = 4_102_444_800_000  # the year 2100, ms: dates are shown apart, here clauses are asked
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
_ONCE = frozenset({"exec", "reboot"})
_SAMPLES = {"exec": "sha256:" + "0" * 64, "install": "recipe"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table. `state`: allowed, approval, or refused, and then why."""

    clause: int
    who: str
    may: str
    when: str
    approval: str
    state: str
    sentence: str = ""
    by: int = 0
    everything: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """The lines, and what nobody may do whatever they are."""

    lines: Sequence[Line]
    nobody: Sequence[str]
    where: str


def table(contract: wire.Contract, now: int) -> Table:
    """Ask about every clause; `now` (ms) is where the search for an open window begins."""
    lines = [
        _line(contract, clause, capability, now)
        for clause in contract.clauses
        for capability in clause.capabilities
    ]
    return Table(
        lines=lines,
        nobody=[_act(name) for name in NAMES if _offered_to_nobody(contract, name)],
        where=sentences.device_words(contract),
    )


def _line(
    contract: wire.Contract, clause: wire.Clause, capability: wire.Capability, now: int
) -> Line:
    asked = _ask(contract, clause, capability, now)
    ours = asked.clause == clause.number or capability.name == "health"
    waiting = asked.code == "approval-missing" and ours
    state = "allowed" if asked.allowed else ("approval" if waiting else "refused")
    return Line(
        clause=clause.number,
        who=_upper(sentences.who_words(clause.who, contract)),
        may=sentences.capability_words(capability),
        when=sentences.when_words(clause.when),
        approval=approval_words(clause),
        state=state,
        sentence=asked.sentence if state == "refused" else "",
        by=asked.clause if asked.allowed and not ours else 0,
        everything=capability.implies_everything,
    )


def approval_words(clause: wire.Clause) -> str:
    """Say with whose approval, and what else must be there."""
    words = []
    if clause.approval is not None:
        count = {"n": clause.approval.needed, "of": len(clause.approval.keys)}
        found = ngettext("%(n)s of %(of)s approver", "%(n)s of %(of)s approvers", count["of"])
        words.append(found % count)
    if clause.consent == "attended":
        words.append(_("the person at the device"))
    if clause.case_required:
        words.append(_("a case"))
    return ", ".join(words) or _("nobody's")


def _ask(
    contract: wire.Contract, clause: wire.Clause, capability: wire.Capability, now: int
) -> Decision:
    at = _moment(clause, now)
    if at is None:
        words = _("No window of clause %(n)s opens in the next weeks.")
        return Decision(allowed=False, code="outside-window", sentence=words % {"n": clause.number})
    person = wire.Technician(
        name=_("somebody"),
        key=next(iter(clause.who.technicians), ""),
        teams=clause.who.teams,
        mfa="passkey",
    )
    return _decide(contract, person, capability, at, clause)


def _moment(clause: wire.Clause, now: int) -> int | None:
    if clause.when is None:
        return now
    try:
        return windows.opens(clause.when, now)
    except Refusal:
        return None


def _decide(
    contract: wire.Contract,
    person: wire.Technician,
    capability: wire.Capability,
    at: int,
    clause: wire.Clause,
) -> Decision:
    lasting = replace(contract, effective=0, expires=_FAR, freshness=wire.Freshness())
    value = next(iter(capability.values), _SAMPLES.get(capability.name, ""))
    users = {"run_as": next(iter(capability.run_as), "nobody")}
    return decide(
        lasting,
        _grant(contract, person, capability.name, at),
        Request(
            kind=capability.name.split(".", 1)[0],
            capability=capability.name,
            parameter=value.replace("**", "x").replace("*", "x").replace("?", "x"),
            signers=frozenset({person.key} - {""}),
            consent=clause.consent == "attended",
            parameters=users if capability.name == "exec" else {},
        ),
        Clock(device=at, gateway=at),
        statement=_statement(contract),
    )


def _grant(
    contract: wire.Contract, person: wire.Technician, capability: str, at: int
) -> wire.Grant:
    return wire.Grant(
        id="table",
        session="table",
        technician=person,
        session_key=_KEY,
        device=_KEY,
        organisation=contract.organisation,
        capabilities=(capability,),
        contract="sha256:" + "0" * 64,
        nonce="0" * 32,
        issued=at,
        expires=at + 3_600_000,
        case=wire.CaseReference(number=1, reference="case"),
        uses=1 if capability in _ONCE else 0,
    )


def _statement(contract: wire.Contract) -> wire.DeviceStatement:
    """A device the contract covers."""
    key = next(iter(contract.device_keys), _KEY)
    tags = contract.device_tags[:1]
    organisation, keyset = contract.organisation, contract.keyset
    return wire.DeviceStatement(organisation, keyset, 1, key, _("the device"), "", tags, 1)


def _offered_to_nobody(contract: wire.Contract, name: str) -> bool:
    """Whether no clause gives this to anybody at any time."""
    offers = {each.name for clause in contract.clauses for each in clause.capabilities}
    return name != "health" and not {name, "shell.admin"} & offers


def _act(name: str) -> str:
    words = {
        "shell.user": _("open a shell"),
        "shell.admin": _("open a shell as administrator"),
        "exec": _("run a script"),
        "files.read": _("read files"),
        "files.write": _("write files"),
        "desktop.view": _("watch the desktop"),
        "desktop.control": _("use the desktop"),
        "tunnel": _("connect through the device"),
        "install": _("install software"),
        "reboot": _("restart the device"),
    }
    return words.get(name, name)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
