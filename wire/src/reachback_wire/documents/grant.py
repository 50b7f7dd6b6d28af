"""`reachback-grant`, `reachback-open`, `reachback-approval` and `reachback-narrow`."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents import capability
from reachback_wire.documents.envelope import Envelope
from reachback_wire.documents.execution import read_execution
from reachback_wire.documents.members import Members, malformed, open_document
from reachback_wire.refusals import Refusal

KINDS: Final = ("shell", "exec", "files", "tunnel", "desktop", "reboot", "attach")
SIGN_INS: Final = ("", "totp", "passkey")
MAX_LIFETIME_MS: Final = 12 * 3_600_000
_CHANNEL: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\.[0-9]{1,9}")
_NONCE_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Technician:
    """Who sits at the other end, as the provider says; `key` when names must be proved."""

    name: str
    teams: tuple[str, ...] = ()
    mfa: str = ""
    key: str = ""

    @classmethod
    def read(cls, members: Members) -> "Technician":
        found = cls(
            name=members.filled("name"),
            teams=members.texts("teams"),
            mfa=members.choice("mfa", SIGN_INS),
            key=members.optional_key("key"),
        )
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        teams = list(self.teams)
        return {"name": self.name, "key": self.key, "teams": teams, "mfa": self.mfa}


@dataclass(frozen=True, slots=True)
class CaseReference:
    """The case a grant was asked for, as the provider numbers it."""

    number: int
    reference: str

    @classmethod
    def read(cls, members: Members) -> "CaseReference":
        found = cls(members.integer("number"), members.text("reference"))
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        return {"number": self.number, "reference": self.reference}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """Exactly what an approver says yes to; its canonical text is what is hashed.

    `session` is the one it is good for; `parameter` what the contract limits of it (user,
    script “as USER”, path, target; "" for a restart). `start` and `until` (ms) bound what is
    done, not the answer.
    """

    device: str
    session: str
    capabilities: tuple[str, ...]
    parameter: str
    technician: str
    case: str
    reason: str
    start: int
    until: int

    @classmethod
    def parse(cls, body: str) -> "ApprovalRequest":
        members = Members(canonical.loads(body), "request")
        found = cls(
            device=members.key("device"),
            session=members.filled("session"),
            capabilities=members.texts("capabilities", capability.NAMES),
            parameter=members.text("parameter"),
            technician=members.filled("technician"),
            case=members.text("case"),
            reason=members.text("reason"),
            start=members.integer("from"),
            until=members.integer("until"),
        )
        members.finish()
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "device": self.device,
            "session": self.session,
            "capabilities": list(self.capabilities),
            "parameter": self.parameter,
            "technician": self.technician,
            "case": self.case,
            "reason": self.reason,
            "from": self.start,
            "until": self.until,
        }
        return canonical.dumps(value)

    @property
    def digest(self) -> str:
        return canonical.digest(self.to_body())


@dataclass(frozen=True, slots=True)
class CarriedApproval:
    """An approval as a grant carries it: the request's canonical text and the signed yes."""

    request: str
    approval: Envelope

    @classmethod
    def read(cls, members: Members) -> "CarriedApproval":
        request = members.text("request", most=20_000)
        found = cls(request, Envelope.from_json(members.take("approval")))
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        return {"request": self.request, "approval": self.approval.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The provider's permission for one session; never wider than the contract it names.

    `uses` 0 means any number of OPENs during the grant's life.
    """

    TYPE: ClassVar[str] = "reachback-grant"
    id: str
    session: str
    technician: Technician
    session_key: str
    device: str
    organisation: str
    capabilities: tuple[str, ...]
    contract: str
    nonce: str
    issued: int
    expires: int
    case: CaseReference | None = None
    approvals: tuple[CarriedApproval, ...] = ()
    uses: int = 0

    @classmethod
    def parse(cls, body: str) -> "Grant":
        members = open_document(body, cls.TYPE)
        case = members.optional_inner("case")
        found = cls(
            id=members.filled("id"),
            session=members.filled("session"),
            technician=Technician.read(members.inner("technician")),
            session_key=members.key("session_key"),
            case=CaseReference.read(case) if case else None,
            device=members.key("device"),
            organisation=members.filled("organisation"),
            capabilities=members.texts("capabilities", capability.NAMES),
            contract=members.digest("contract"),
            nonce=members.hexadecimal("nonce", _NONCE_DIGITS),
            approvals=tuple(map(CarriedApproval.read, members.inners("approvals"))),
            uses=members.integer("uses", most=1_000_000),
            issued=members.integer("issued"),
            expires=members.integer("expires"),
        )
        members.finish()
        if not 0 < found.expires - found.issued <= MAX_LIFETIME_MS:
            malformed("A grant lives at most 12 hours.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "id": self.id,
            "session": self.session,
            "technician": self.technician.to_value(),
            "session_key": self.session_key,
            "case": self.case.to_value() if self.case else None,
            "device": self.device,
            "organisation": self.organisation,
            "capabilities": list(self.capabilities),
            "contract": self.contract,
            "nonce": self.nonce,
            "approvals": [item.to_value() for item in self.approvals],
            "uses": self.uses,
            "issued": self.issued,
            "expires": self.expires,
        }
        return canonical.dumps(value)


@dataclass(frozen=True, slots=True)
class Open:
    """The technician's signed wish to open one channel; `first` are its first bytes."""

    TYPE: ClassVar[str] = "reachback-open"
    grant: str
    channel: str
    kind: str
    parameters: Mapping[str, object] = field(hash=False)
    counter: int
    first: bytes = b""

    @classmethod
    def parse(cls, body: str) -> "Open":
        members = open_document(body, cls.TYPE)
        kind = members.text("kind")
        if kind not in KINDS:
            raise Refusal("unknown-kind", f"A channel of kind “{kind[:64]}” is unknown.")
        found = cls(
            grant=members.filled("grant"),
            channel=members.text("channel"),
            kind=kind,
            parameters=_parameters(kind, members.inner("parameters")),
            first=_base64(members.text("first", most=90_000)),
            counter=members.integer("counter", least=1),
        )
        members.finish()
        if not _CHANNEL.fullmatch(found.channel):
            malformed("A channel is written SESSION.N.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "grant": self.grant,
            "channel": self.channel,
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "first": base64.b64encode(self.first).decode(),
            "counter": self.counter,
        }
        return canonical.dumps(value)


def _parameters(kind: str, members: Members) -> dict[str, object]:
    """Read a channel kind's parameters (documents.md, *reachback-open*)."""
    found: dict[str, object]
    match kind:
        case "shell":
            found = {
                "run_as": members.text("run_as"),
                "columns": members.integer("columns", least=1, most=1000),
                "rows": members.integer("rows", least=1, most=1000),
                "term": members.text("term"),
                "login": members.boolean("login"),
            }
        case "exec":
            found = read_execution(members)
        case "files":
            operation = members.choice("operation", ("read", "write"))
            path = capability.normalised_path(members.text("path", most=4096))
            found = {"operation": operation, "path": path}
        case "tunnel":
            found = {"target": members.text("target")}
            capability.check_target(str(found["target"]))
        case "reboot":
            found = {"at": members.integer("at")}
        case "attach":
            offer = Envelope.from_json(members.take("offer"))
            found = {"run_as": members.filled("run_as"), "offer": offer.to_json()}
        case _:
            found = {"mode": members.choice("mode", ("view", "control"))}
    members.finish()
    return found


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        malformed("The first bytes are not base64.")
    if base64.b64encode(data).decode() != text:
        malformed("The first bytes are not base64 in its one form.")
    return data
