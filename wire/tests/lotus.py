"""Fixed keys and documents that the tests and the golden vectors share."""

import hashlib
from dataclasses import replace
from typing import Final

from reachback_wire import canonical
from reachback_wire.documents import (
    Capability,
    CaseReference,
    Clause,
    Contract,
    DeviceStatement,
    Envelope,
    Grant,
    Keyset,
    KeysetKey,
    Offer,
    Open,
    Party,
    Technician,
    Who,
    seal,
)
from reachback_wire.signing import PrivateKey

# 2026-11-22 00:00:00 UTC, a Sunday
NOW: Final = 1_795_305_600_000
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NONCE: Final = bytes(range(16))


def key(name: str) -> PrivateKey:
    """A key made from a name: the same one in every run and in every language."""
    return PrivateKey(hashlib.sha256(b"reachback test key " + name.encode()).digest())


CUSTOMER = key("customer")
SECOND = key("second signer")
REVOKER = key("revoker")
RECOVERY = key("recovery")
APPROVER = key("approver")
DEVICE = key("device")
PROVIDER = key("provider grant key")
SESSION = key("session")
STRANGER = key("stranger")


def keyset(**changes: object) -> Keyset:
    found = Keyset(
        organisation="lotus",
        name="Lotus Hotels",
        serial=1,
        threshold=1,
        tier="independent",
        independent_only=False,
        previous="",
        keys=(
            KeysetKey(CUSTOMER.public_line, "Chen Wei", ("sign",)),
            KeysetKey(REVOKER.public_line, "Night desk", ("revoke",)),
            KeysetKey(APPROVER.public_line, "Chen Wei's passkey", ("approve",)),
            KeysetKey(RECOVERY.public_line, "Safe", ("recover",)),
        ),
        issued=NOW - DAY,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def statement(**changes: object) -> DeviceStatement:
    found = DeviceStatement(
        organisation="lotus",
        keyset=1,
        serial=1,
        key=DEVICE.public_line,
        name="lijiang-frontdesk",
        site="Lotus Lijiang",
        tags=("front-desk",),
        issued=NOW - DAY,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def clause(number: int = 4, *capabilities: Capability, **changes: object) -> Clause:
    found = Clause(
        number=number,
        capabilities=capabilities or (Capability("shell.user", ("guest",)),),
        who=Who(teams=("Remote team",)),
        case_required=True,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def contract(*clauses: Clause, **changes: object) -> Contract:
    found = Contract(
        organisation="lotus",
        keyset=1,
        serial=1,
        title="Remote care of the front desks",
        provider=Party("Northstar Managed Systems", (PROVIDER.public_line,), ()),
        clauses=clauses or (clause(),),
        device_tags=("front-desk",),
        effective=NOW - DAY,
        expires=NOW + 365 * DAY,
        issued=NOW - DAY,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def grant(under: Contract | None = None, **changes: object) -> Grant:
    found = Grant(
        id="grant-1",
        session="session-1",
        technician=Technician("Tomás Rivera", ("Remote team",), "totp"),
        session_key=SESSION.public_line,
        device=DEVICE.public_line,
        organisation="lotus",
        capabilities=("shell.user",),
        contract=canonical.digest((under or contract()).to_body()),
        nonce=NONCE.hex(),
        issued=NOW,
        expires=NOW + 2 * HOUR,
        case=CaseReference(4711, "Registration page is down"),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


SHELL: Final[dict[str, object]] = {
    "run_as": "guest",
    "columns": 80,
    "rows": 24,
    "term": "xterm-256color",
    "login": True,
}

SCRIPT: Final = b"echo checked $1\n"
EXECUTION: Final[dict[str, object]] = {
    "run_as": "guest",
    "script": "sha256:" + hashlib.sha256(SCRIPT).hexdigest(),
    "size": len(SCRIPT),
    "interpreter": "sh",
    "arguments": [{"name": "days", "value": 7}, {"name": "deep", "value": True}],
    "time_limit": 60,
    "output_limit": 65_536,
}


def wish(**changes: object) -> Open:
    found = Open(
        grant="grant-1",
        channel="session-1.1",
        kind="shell",
        parameters=SHELL,
        counter=1,
        first=b"",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


COLLEAGUE = key("a colleague's session")


def offer(**changes: object) -> Offer:
    found = Offer(
        grant="grant-1",
        session="session-1",
        to="Nora Lind",
        issued=NOW,
        expires=NOW + 10 * MINUTE,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def colleague_grant(under: Contract | None = None, **changes: object) -> Grant:
    """What Nora is given to go on in Tomás's shell."""
    given: dict[str, object] = {
        "id": "grant-2",
        "technician": Technician("Nora Lind", ("Remote team",), "totp"),
        "session_key": COLLEAGUE.public_line,
    }
    return grant(under, **{**given, **changes})


def attach(given: Envelope | None = None, **changes: object) -> Open:
    """Nora's wish for the shell, with Tomás's offer."""
    envelope = given or seal(offer(), SESSION)
    parameters = {"run_as": "guest", "offer": envelope.to_json()}
    return wish(**{"grant": "grant-2", "kind": "attach", "parameters": parameters, **changes})


def sealed_grant(found: Grant | None = None) -> Envelope:
    return seal(found or grant(), PROVIDER)


def sealed_wish(found: Open | None = None) -> Envelope:
    return seal(found or wish(), SESSION)
