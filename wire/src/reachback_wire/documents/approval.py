"""`reachback-approval` (a customer's yes) and `reachback-narrow` (an overlay that takes away)."""

from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents import capability
from reachback_wire.documents.members import malformed, open_document
from reachback_wire.signing import PublicKey

AUTHORS: Final = ("customer", "provider", "device")
EVERY_DEVICE: Final = "*"


@dataclass(frozen=True, slots=True)
class Approval:
    """A signed yes to the request with this digest."""

    TYPE: ClassVar[str] = "reachback-approval"
    request: str
    approver: str
    issued: int
    expires: int
    decision: str = "approve"

    @classmethod
    def parse(cls, body: str) -> "Approval":
        members = open_document(body, cls.TYPE)
        found = cls(
            request=members.digest("request"),
            decision=members.choice("decision", ("approve",)),
            approver=members.filled("approver"),
            issued=members.integer("issued"),
            expires=members.integer("expires"),
        )
        members.finish()
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "request": self.request,
            "decision": self.decision,
            "approver": self.approver,
            "issued": self.issued,
            "expires": self.expires,
        }
        return canonical.dumps(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A signed overlay: it only ever takes away; each author lifts its own."""

    TYPE: ClassVar[str] = "reachback-narrow"
    organisation: str
    author: str
    id: str
    serial: int
    contract: str
    devices: tuple[str, ...]
    effect: str
    issued: int
    capabilities: tuple[str, ...] = ()
    reason: str = ""
    lifted: bool = False

    @classmethod
    def parse(cls, body: str) -> "Narrowing":
        members = open_document(body, cls.TYPE)
        found = cls(
            organisation=members.filled("organisation"),
            author=members.choice("author", AUTHORS),
            id=members.filled("id"),
            serial=members.integer("serial", least=1),
            contract=members.digest("contract", empty=True),
            devices=members.texts("devices"),
            effect=members.choice("effect", ("revoke-all", "refuse")),
            capabilities=members.texts("capabilities", capability.NAMES),
            reason=members.text("reason"),
            issued=members.integer("issued"),
            lifted=members.boolean("lifted"),
        )
        members.finish()
        for device in found.devices:
            if device != EVERY_DEVICE:
                PublicKey.parse(device)
        if (found.effect == "refuse") != bool(found.capabilities):
            malformed("“refuse” names capabilities, “revoke-all” names none.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "author": self.author,
            "id": self.id,
            "serial": self.serial,
            "contract": self.contract,
            "devices": list(self.devices),
            "effect": self.effect,
            "capabilities": list(self.capabilities),
            "reason": self.reason,
            "issued": self.issued,
            "lifted": self.lifted,
        }
        return canonical.dumps(value)

    def covers(self, device: str) -> bool:
        return EVERY_DEVICE in self.devices or device in self.devices
