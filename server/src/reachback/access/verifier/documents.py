"""Statement, contract and grant: are they the customer's, and do they allow what was recorded?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from reachback.access.verifier.envelopes import Signed, opened
from reachback.access.verifier.failures import Unreadable, Untrusted
from reachback.access.verifier.trust import Trust

_NEEDED = {
    "shell": ("shell.user", "shell.admin"),
    "exec": ("exec",),
    "files": ("files.read", "files.write"),
    "tunnel": ("tunnel",),
    "reboot": ("reboot",),
    "desktop": ("desktop.view", "desktop.control"),
}


@dataclass(frozen=True)
class Papers:
    """The documents under which a session was held, all signed and consistent.

    `grant` is the session's first; `later` are those of further browsers and of colleagues.
    """

    statement: Signed
    contract: Signed
    grant: Signed
    later: tuple[Signed, ...] = ()

    @property
    def device_key(self) -> str:
        """Return the key every receipt must be signed with."""
        return str(self.statement.value["key"])

    def granted(self, named: object) -> Signed | None:
        """Return the grant of this digest, or of this id (older devices' START)."""
        for each in (self.grant, *self.later):
            if named in (each.digest, each.value.get("id")):
                return each
        return None


def _day(instant: object) -> str:
    if not isinstance(instant, int):
        return "an unknown day"
    return datetime.fromtimestamp(min(abs(instant), 253_402_000_000_000) / 1000, tz=UTC).strftime(
        "%Y-%m-%d %H:%M UTC"
    )


def _refuse(sentence: str) -> NoReturn:
    raise Untrusted(sentence)


def _offered(contract: dict[str, Any]) -> set[str]:
    return {
        str(capability.get("name"))
        for clause in contract.get("clauses", [])
        for capability in clause.get("capabilities", [])
    }


def _check_grant(papers: Papers, contract: dict[str, Any], signed: Signed) -> None:
    grant = signed.value
    provider = contract.get("provider", {})
    partners = contract.get("partners", [])
    keys = set(provider.get("grant_keys", []))
    keys.update(key for partner in partners for key in partner.get("grant_keys", []))
    if not signed.signers <= keys:
        _refuse("The grant is not signed by a key the contract names.")
    if grant.get("contract") != papers.contract.digest:
        _refuse("The grant belongs to another contract.")
    if grant.get("device") != papers.device_key:
        _refuse("The grant is for another device.")
    offered = _offered(contract)
    wider = [n for n in grant.get("capabilities", []) if n not in offered]
    if wider and "shell.admin" not in offered:
        _refuse(f"The grant is wider than the contract: {', '.join(map(str, wider))[:80]}.")
    issued = grant.get("issued", 0)
    if not contract.get("effective", 0) <= issued < contract.get("expires", 0):
        _refuse(f"The contract was not in force when the grant was made ({_day(issued)}).")


def check(papers: Papers, trust: Trust) -> None:
    """Raise Untrusted unless the customer's keys stand behind every document."""
    trust.require(papers.statement, "device statement")
    trust.require(papers.contract, "contract")
    contract, grant = papers.contract.value, papers.grant.value
    if grant.get("organisation") != trust.organisation:
        _refuse("The grant belongs to another organisation.")
    for later in papers.later:
        if any(later.value.get(name) != grant.get(name) for name in ("session", "organisation")):
            _refuse("A later grant belongs to another session.")
    devices = contract.get("devices", {})
    tags = set(devices.get("tags", []))
    if papers.device_key not in devices.get("keys", []) and tags.isdisjoint(
        papers.statement.value.get("tags", [])
    ):
        _refuse("The contract does not name this device.")
    for signed in (papers.grant, *papers.later):
        _check_grant(papers, contract, signed)


def check_start(papers: Papers, start: dict[str, Any] | None, key: str, kind: str) -> None:
    """Raise Untrusted unless the device's own first words name these very documents."""
    if start is None:
        _refuse("The recording does not begin with the device's own start.")
    told = (start.get("key"), start.get("kind"), start.get("contract"))
    if told != (key, kind, papers.contract.digest):
        _refuse("The device's own start names another channel or another contract.")
    granted = papers.granted(start.get("grant"))
    if granted is None:
        _refuse("The device's own start names another grant.")
    _check_kind(granted, kind)


def _check_kind(granted: Signed, kind: str) -> None:
    allowing = {*_NEEDED.get(kind, (kind,)), "shell.admin"}
    if allowing.isdisjoint(granted.value.get("capabilities", [])):
        _refuse(f"The grant does not allow a {kind} channel.")


def check_handover(papers: Papers, told: dict[str, Any], held: Signed, kind: str) -> Signed:
    """Return the grant a shell went over to; raise Untrusted unless its holder offered it."""
    granted = papers.granted(told.get("grant"))
    if granted is None:
        _refuse("The device says that the shell changed hands under a grant that is not here.")
    _check_kind(granted, kind)
    try:
        offer = opened(told.get("offer"), "reachback-offer")
    except Unreadable:
        _refuse("The offer under which the shell changed hands cannot be read.")
    name = _name(granted)
    if offer.signers != {held.value.get("session_key")} or offer.value.get("grant") != (
        held.value.get("id")
    ):
        _refuse(f"{_name(held)} did not offer the shell that {name} took over.")
    if offer.value.get("to") != name or told.get("technician") != name:
        _refuse(f"The shell was offered to somebody else than {name}.")
    return granted


def _name(granted: Signed) -> str:
    technician = granted.value.get("technician")
    found = technician.get("name") if isinstance(technician, dict) else ""
    return str(found)[:200]
