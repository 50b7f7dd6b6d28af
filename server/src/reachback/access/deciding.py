"""What may a technician do on a device now? The same `decide` the front and the device run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.access import queries
from reachback.access.errors import AccessRefused
from reachback.access.instants import milliseconds
from reachback.access.locks import standing
from reachback.access.models import ContractDocument, Lock
from reachback.cases import queries as cases
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback_wire import approving
from reachback_wire import documents as wire
from reachback_wire.decisions import Approved, Clock, Decision, Request
from reachback_wire.decisions import decide as wire_decide
from reachback_wire.documents.capability import ADMINISTRATORS
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PrivateKey

_PROBE_LIFETIME = timedelta(hours=11)
EXEC = "exec"
_NO_NONCE = "0" * 32
_ONCE = frozenset({"reboot", EXEC})
ADMINISTRATOR = "root"  # the only system whose connector is built; the device knows its own
_NO_DIGEST = "sha256:" + "0" * 64


@dataclass(frozen=True, kw_only=True)
class Matter:
    """The device, the case, and every document that bears on them."""

    device: Any
    case: wire.CaseReference | None
    contract_row: ContractDocument | None
    contract: wire.Contract | None
    statement: wire.DeviceStatement | None
    narrowings: tuple[wire.Narrowing, ...]
    statement_row: queries.KeptDocument | None
    narrowing_rows: Sequence[queries.KeptDocument]
    teams: tuple[str, ...]
    lock: Lock | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants: a capability, as which user or to which target, key and sign-in.

    `also`: what the same grant may name beside it (`companions`).
    `script` is the digest of the text that `exec` is to run. `at` (ms) is when a planned restart
    is to happen, 0 for at once. `approvals` are those of the customer's people for `session`.
    """

    capability: str
    run_as: str
    session_key: str
    mfa: str = ""
    target: str = ""
    also: tuple[str, ...] = ()
    script: str = ""
    at: int = 0
    session: str = ""
    approvals: tuple[wire.CarriedApproval, ...] = ()


def matter(actor: Actor, device_id: UUID, case_id: UUID | None, now: datetime) -> Matter:
    """Gather what a decision about this device needs.

    Raises UnknownDevice, cases' CaseNotFound, or AccessRefused (`case-missing`) when the case is
    finished or another customer's.
    """
    device = devices.device(actor, device_id)
    row = queries.running_contract(actor, device.organisation_id)
    statement = devices.statement(actor, device_id)
    narrowings = queries.standing_narrowings(actor, device.organisation_id, row)
    return Matter(
        device=device,
        case=_case(actor, device.organisation_id, case_id),
        contract_row=row,
        contract=None if row is None else queries.parsed(row),
        statement=None if statement is None else _parsed_statement(statement.body),
        narrowings=tuple(wire.Narrowing.parse(each.body) for each in narrowings),
        statement_row=statement,
        narrowing_rows=narrowings,
        teams=_teams(actor),
        lock=standing.over(actor.id, device.id, device.organisation_id),
    )


def _teams(actor: Actor) -> tuple[str, ...]:
    found = people.teams(actor).filter(id__in=actor.team_ids)
    return tuple(sorted(found.values_list("name", flat=True))) if actor.team_ids else ()


@lru_cache(maxsize=256)
def _parsed_statement(body: str) -> wire.DeviceStatement:
    """The statement of these very bytes; a device's is asked for with every Connect."""
    return wire.DeviceStatement.parse(body)


def _case(actor: Actor, organisation_id: UUID, case_id: UUID | None) -> wire.CaseReference | None:
    if case_id is None:
        return None
    number = cases.number_of_open(actor, case_id, organisation_id)
    if number is None:
        raise AccessRefused("case-missing", _("This case does not cover this device any more."))
    return wire.CaseReference(number=number, reference=str(case_id))


def draft_grant(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> wire.Grant:
    """Return the grant that would be minted, with a nonce that no device ever issued."""
    digest = matter.contract_row.digest if matter.contract_row else _NO_DIGEST
    return wire.Grant(
        id="draft",
        session=wish.session or "draft",
        technician=wire.Technician(name=actor.name, teams=matter.teams, mfa=wish.mfa),
        session_key=wish.session_key,
        device=matter.device.key,
        organisation=str(matter.device.organisation_id),
        capabilities=(wish.capability, *wish.also),
        contract=digest,
        nonce=_NO_NONCE,
        issued=milliseconds(now),
        expires=milliseconds(now + _PROBE_LIFETIME),
        case=matter.case,
        approvals=wish.approvals,
        uses=1 if wish.capability in _ONCE else 0,
    )


def _parameters(matter: Matter, wish: Wish) -> dict[str, object]:
    """What an OPEN for this wish would carry, as far as a contract limits it."""
    if wish.target:
        return {"target": wish.target}
    if wish.capability == "reboot":
        return {"at": wish.at}
    files = files_parameters(matter.contract, wish.capability)
    return dict(files) if files else {"run_as": wish.run_as}


def parameter(matter: Matter, wish: Wish) -> str:
    """What the contract limits of it; a restart has nothing to limit."""
    if wish.capability == "reboot":
        return ""
    root = files_root(matter.contract, wish.capability)
    return wish.target or wish.script or root or wish.run_as


def decide(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> Decision:
    """Judge the wish; what the provider locked, or holds to health, is refused before all else."""
    if matter.lock is not None:
        return _refused(standing.CODE, matter.lock.sentence)
    if matter.device.hold != "none":
        sentence = _("%(name)s is held to health only: two machines use its key.")
        return _refused("held", sentence % {"name": matter.device.name})
    grant = draft_grant(actor, matter, wish, now)
    moment = milliseconds(now)
    try:
        approvals = _approvals(actor, matter, grant)
    except Refusal as refusal:
        return Decision.refused(refusal)
    request = Request(
        kind=wish.capability.split(".", 1)[0],
        capability=wish.capability,
        parameter=parameter(matter, wish),
        signers=frozenset({wish.session_key}),
        parameters=_parameters(matter, wish),
        approvals=approvals,
    )
    return wire_decide(
        matter.contract,
        grant,
        request,
        Clock(device=moment, gateway=moment),
        statement=matter.statement,
        narrowings=matter.narrowings,
        fresh_at=moment,
    )


def _approvals(actor: Actor, matter: Matter, grant: wire.Grant) -> tuple[Approved, ...]:
    """Check what the grant would carry, as front and device do. Raises Refusal."""
    if not grant.approvals or matter.contract is None:
        return ()
    rows = queries.keysets(actor, matter.device.organisation_id)
    if not rows:
        raise Refusal("unpinned", _("The customer's keys are not known here yet."))
    return approving.check(grant, matter.contract, wire.Keyset.parse(rows[-1].body))


def companions(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> tuple[str, ...]:
    """Return what comes with a capability where the contract allows it: writing, with reading."""
    if wish.capability != "files.read":
        return ()
    writing = replace(wish, capability="files.write")
    return ("files.write",) if decide(actor, matter, writing, now).allowed else ()


def _refused(code: str, sentence: str) -> Decision:
    return Decision(allowed=False, code=code, sentence=sentence)


def shell_users(contract: wire.Contract | None) -> Sequence[str]:
    """Return every user a clause lets somebody open a shell as, in the order of the clauses."""
    if contract is None:
        return ()
    found = [
        user
        for clause in contract.clauses
        for capability in clause.capabilities
        if capability.name == "shell.user"
        for user in capability.values
    ]
    return tuple(dict.fromkeys(found))


def usual_user(matter: Matter, capability: str = "shell.user") -> str:
    """Return the user a shell is opened as when nobody names one; "" if the contract has none."""
    if capability == "shell.admin":
        return ADMINISTRATOR
    users = shell_users(matter.contract)
    return users[0] if users else ""


@dataclass(frozen=True, kw_only=True)
class ShellChoice:
    """Somebody a shell may be opened as, and what the decision says of it."""

    run_as: str
    capability: str
    decision: Decision

    @property
    def administrator(self) -> bool:
        """Whether who holds this may do anything on the device."""
        return self.capability == "shell.admin" or self.run_as in ADMINISTRATORS


def shell_choices(actor: Actor, matter: Matter, now: datetime) -> Sequence[ShellChoice]:
    """Judge each user the contract names, and the administrator where a clause allows one.

    The allowed come first, in the order of the clauses; at least one choice is always given, so
    that its decision says why nothing is allowed.
    """
    wanted = [("shell.user", user) for user in shell_users(matter.contract)]
    if names(matter.contract, "shell.admin"):
        wanted.append(("shell.admin", ADMINISTRATOR))
    key, found = probe_key(), []
    for capability, user in wanted or [("shell.user", "")]:
        wish = Wish(capability=capability, run_as=user, session_key=key)
        decision = decide(actor, matter, wish, now)
        found.append(ShellChoice(run_as=user, capability=capability, decision=decision))
    return sorted(found, key=lambda choice: not choice.decision.allowed)


def names(contract: wire.Contract | None, capability: str) -> bool:
    """Whether some clause gives this capability to somebody, at some time."""
    clauses = contract.clauses if contract else ()
    return any(item.name == capability for clause in clauses for item in clause.capabilities)


def names_script(contract: wire.Contract | None, digest: str) -> bool:
    """Whether some clause lets somebody run this text."""
    clauses = contract.clauses if contract else ()
    return any(
        item.name == EXEC and item.allows(digest)
        for clause in clauses
        for item in clause.capabilities
    )


def tunnel_targets(contract: wire.Contract | None) -> Sequence[str]:
    """Return every target a clause lets somebody reach, in the order of the clauses."""
    found = [
        target
        for clause in (contract.clauses if contract else ())
        for item in clause.capabilities
        if item.name == "tunnel"
        for target in item.values
    ]
    return tuple(dict.fromkeys(found))


def files_root(contract: wire.Contract | None, capability: str) -> str:
    """Return the folder or file a files session begins at: the first glob's part without marks.

    "" when the contract offers no such capability, or none whose beginning can be named.
    """
    for clause in contract.clauses if contract and capability.startswith("files.") else ():
        for item in clause.capabilities:
            for glob in item.values if item.name == capability else ():
                root = glob.removesuffix("/**") or "/"
                if "*" not in root and "?" not in root:
                    return root
    return ""


def scanner_of(contract: wire.Contract | None) -> str:
    """Return the scanner that looks at what is uploaded where a session writes, "" for none.

    The page writes beneath `files_root`; a clause that names that place and demands a scanner is
    enough to have everything looked at. Which clause counts is the device's to decide.
    """
    root = files_root(contract, "files.write")
    for clause in contract.clauses if contract and root else ():
        for item in clause.capabilities:
            if item.scanner and item.allows(root):
                return item.scanner
    return ""


def files_parameters(contract: wire.Contract | None, capability: str) -> dict[str, str]:
    """Return the parameters of a files session's OPEN; nothing for other capabilities."""
    root = files_root(contract, capability)
    return {"operation": capability.removeprefix("files."), "path": root} if root else {}


def probe_key() -> str:
    """Return a public key for asking what would be allowed; its private half is thrown away."""
    return PrivateKey.generate().public_line
