"""Plain English for people: what a clause allows, and on what it rests.

“Proved” is what the device can check by itself; “asserted” is what it takes on the provider's word.
"""

from collections.abc import Sequence
from typing import Final

from reachback_wire.documents.capability import Capability
from reachback_wire.documents.contract import DAYS, Clause, Contract, When, Who
from reachback_wire.documents.grant import Grant
from reachback_wire.requests import Request
from reachback_wire.scans import NAMES
from reachback_wire.signing import fingerprint
from reachback_wire.windows import local, zone_of

EVERYTHING: Final = (
    "Whoever holds this can do anything on the device and can end what enforces this contract; "
    "what was testified before stands."
)
_DAY_NAMES: Final = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
_ACTS: Final = {
    "shell.admin": "open a shell as administrator",
    "desktop.view": "watch the desktop",
    "desktop.control": "use the desktop",
    "reboot": "restart the device",
    "health": "see the device's health",
}
_LIMITED_ACTS: Final = {
    "shell.user": "open a shell as {}",
    "exec": "run the scripts {}",
    "files.read": "read {}",
    "files.write": "write {}",
    "tunnel": "connect to {}",
    "install": "install {}",
}
_SIGN_INS: Final = {"totp": "a one-time code or a passkey", "passkey": "a passkey"}


def listed(items: Sequence[str], word: str = "and") -> str:
    """Join as people do: “a, b and c”."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def capability_words(capability: Capability) -> str:
    """Say what a capability lets somebody do: “open a shell as guest”."""
    if capability.name in _ACTS:
        return _ACTS[capability.name]
    as_whom = f" as {listed(capability.run_as, 'or')}" if capability.run_as else ""
    if capability.any:
        return f"run any script{as_whom}"
    values = [
        value[:19] + "…" if value.startswith("sha256:") else value for value in capability.values
    ]
    words = _LIMITED_ACTS[capability.name].format(listed(values, "or") or "nothing") + as_whom
    if capability.scanner:
        words += f" (only what {NAMES[capability.scanner]} found clean)"
    return words


def request_words(request: Request) -> str:
    """Say what is asked: “open a shell as guest”."""
    parameters = (request.parameter,) if request.parameter else ()
    users = (request.script_user,) if request.script_user else ()
    return capability_words(Capability(request.capability, parameters, run_as=users))


def who_words(who: Who, contract: Contract) -> str:
    """Say whom a clause means: “the Remote team”."""
    people = [_team_words(team) for team in who.teams]
    words = listed(people, "or") or f"anyone at {contract.provider.name}"
    if who.technicians:
        keys = listed([fingerprint(key) for key in who.technicians], "or")
        words += f" holding the key {keys}"
    if who.mfa in _SIGN_INS:
        words += f" who signed in with {_SIGN_INS[who.mfa]}"
    return words


def when_words(when: When | None) -> str:
    """Say when: “at any hour”, or the windows and their zone."""
    if when is None:
        return "at any hour"
    windows = [f"{_days(item.days)} {item.start} to {item.end}" for item in when.windows]
    holidays = ", not on holidays" if when.holidays == "refused" else ""
    return f"{listed(windows, 'or') or 'on no day'} ({when.zone}{holidays})"


def condition_words(clause: Clause) -> str:
    """Say the conditions: “, when a case is named”; empty when there are none."""
    conditions = []
    if clause.case_required:
        conditions.append("a case is named")
    if clause.approval:
        conditions.append(f"{_approvers_words(clause.approval.needed)} said yes to the request")
    if clause.consent == "attended":
        conditions.append("the person at the device consents")
    return f", when {listed(conditions)}" if conditions else ""


def device_words(contract: Contract) -> str:
    """Say on which devices: “on devices tagged front-desk”."""
    ways = []
    if contract.device_tags:
        ways.append(f"tagged {listed(contract.device_tags, 'or')}")
    if contract.device_keys:
        ways.append(f"named by their keys ({len(contract.device_keys)})")
    return f"on devices {listed(ways, 'or')}" if ways else "on no device"


def permission_words(clause: Clause, contract: Contract) -> str:
    """Say a clause without devices: “the Remote team may open a shell as guest, at any hour”."""
    acts = listed([capability_words(item) for item in clause.capabilities]) or "do nothing"
    when = when_words(clause.when)
    return f"{who_words(clause.who, contract)} may {acts}, {when}{condition_words(clause)}"


def clause_sentence(clause: Clause, contract: Contract) -> str:
    """Say a whole clause, with what is proved and what is asserted."""
    acts = listed([capability_words(item) for item in clause.capabilities]) or "do nothing"
    who, where = who_words(clause.who, contract), device_words(contract)
    text = f"Clause {clause.number}: {who} may {acts} {where}, {when_words(clause.when)}"
    proved, asserted = listed(proved_by(clause)), listed(asserted_by(clause))
    text += f"{condition_words(clause)}. Proved: {proved}."
    if asserted:
        text += f" Asserted by the provider: {asserted}."
    if clause.emergency:
        text += " This is an emergency clause: its use is announced to all."
    return text + (f" {EVERYTHING}" if clause.implies_everything else "")


def proved_by(clause: Clause) -> tuple[str, ...]:
    """What the device itself checks under this clause."""
    found = ["the device", "what is done"]
    if clause.when:
        found.append("the time")
    if clause.approval:
        found.append("the approvals")
    if clause.consent == "attended":
        found.append("the consent")
    if clause.who.technicians:
        found.append("the technician's key")
    if any(item.scanner for item in clause.capabilities):
        found.append("that a file is the one that was scanned")
    return tuple(found)


def asserted_by(clause: Clause) -> tuple[str, ...]:
    """What the device takes on the provider's word under this clause."""
    found = []
    if not clause.who.technicians:
        found.append("the technician's name")
    if clause.who.teams:
        found.append("who belongs to the team")
    if clause.who.mfa != "any":
        found.append("how the technician signed in")
    if clause.case_required:
        found.append("the case")
    if any(item.scanner for item in clause.capabilities):
        found.append("what the scanner found")
    return tuple(found)


def allowed_sentence(
    clause: Clause, contract: Contract, grant: Grant, request: Request, device: str, expires: int
) -> str:
    """Say to the technician why this is allowed, on which device and until when."""
    zone = clause.when.zone if clause.when else "UTC"
    until = f"{local(expires, zone_of(zone)):%H:%M} ({zone})"
    because = f"clause {clause.number} says that {permission_words(clause, contract)}"
    return f"You may {request_words(request)} on {device} until {until}, because {because}."


def contract_sentences(contract: Contract) -> tuple[str, ...]:
    """Say every clause of a contract, in order."""
    return tuple(clause_sentence(clause, contract) for clause in contract.clauses)


def approval_words(needed: int) -> str:
    """Say how many approvals: “an approval”, “2 approvals by different people”."""
    return "an approval" if needed == 1 else f"{needed} approvals by different people"


def _approvers_words(needed: int) -> str:
    return "one of the approvers" if needed == 1 else f"{needed} of the approvers"


def _days(days: Sequence[str]) -> str:
    if set(days) == set(DAYS):
        return "every day"
    if set(days) == set(DAYS[:5]):
        return "Mon to Fri"
    return f"on {listed([_DAY_NAMES[day] for day in days])}"


def _team_words(team: str) -> str:
    return f"the {team}" if team.lower().endswith("team") else f"the team {team}"
