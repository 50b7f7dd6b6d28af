"""Statement, contract and grant: are they the customer's, and do they allow what was recorded?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reachback.access.verifier.envelopes import Signed
from reachback.access.verifier.failures import Untrusted
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
    """The three documents under which a session was held, all signed and consistent."""

    statement: Signed
    contract: Signed
    grant: Signed

    @property
    def device_key(self) -> str:
        """Return the key every receipt must be signed with."""
        return str(self.statement.value["key"])


def _day(instant: object) -> str:
    if not isinstance(instant, int):
        return "an unknown day"
    return datetime.fromtimestamp(min(abs(instant), 253_402_000_000_000) / 1000, tz=UTC).strftime(
        "%Y-%m-%d %H:%M UTC"
    )


def _refuse(sentence: str) -> None:
    raise Untrusted(sentence)


def _offered(contract: dict[str, Any]) -> set[str]:
    return {
        str(capability.get("name"))
        for clause in contract.get("clauses", [])
        for capability in clause.get("capabilities", [])
    }


def _check_grant(papers: Papers, contract: dict[str, Any]) -> None:
    grant = papers.grant.value
    provider = contract.get("provider", {})
    partners = contract.get("partners", [])
    keys = set(provider.get("grant_keys", []))
    keys.update(key for partner in partners for key in partner.get("grant_keys", []))
    if not papers.grant.signers <= keys:
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
    devices = contract.get("devices", {})
    tags = set(devices.get("tags", []))
    if papers.device_key not in devices.get("keys", []) and tags.isdisjoint(
        papers.statement.value.get("tags", [])
    ):
        _refuse("The contract does not name this device.")
    _check_grant(papers, contract)


def check_start(papers: Papers, start: dict[str, Any] | None, key: str, kind: str) -> None:
    """Raise Untrusted unless the device's own first words name these very documents."""
    if start is None:
        _refuse("The recording does not begin with the device's own start.")
        return
    grant = papers.grant.value
    told = (start.get("key"), start.get("kind"), start.get("contract"))
    if told != (key, kind, papers.contract.digest):
        _refuse("The device's own start names another channel or another contract.")
    if start.get("grant") not in (papers.grant.digest, grant.get("id")):
        _refuse("The device's own start names another grant.")
    allowing = {*_NEEDED.get(kind, (kind,)), "shell.admin"}
    if allowing.isdisjoint(grant.get("capabilities", [])):
        _refuse(f"The grant does not allow a {kind} channel.")
