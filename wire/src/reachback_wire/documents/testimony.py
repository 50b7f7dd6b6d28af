"""`reachback-hello`, `reachback-receipt` and `reachback-head`: who speaks, and what was done."""

from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents.members import malformed, open_document

_HEX_DIGITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A device's or browser's proof of its key over the front's nonce.

    Members that do not apply are `""` and 0; `receipt_number`/`receipt_head` name the device's
    newest receipt, `keyset` and `statement` are serials, `contract` a digest, `floor` the latest
    instant (ms) the device trusts.
    """

    TYPE: ClassVar[str] = "reachback-hello"
    role: str
    key: str
    nonce: str
    node: str
    issued: int
    instance: str = ""
    boot: str = ""
    counter: int = 0
    contract: str = ""
    keyset: int = 0
    statement: int = 0
    receipt_number: int = 0
    receipt_head: str = ""
    floor: int = 0
    session: str = ""
    ticket: str = ""

    @classmethod
    def parse(cls, body: str) -> "Hello":
        members = open_document(body, cls.TYPE)
        receipts = members.inner("receipts")
        found = cls(
            role=members.choice("role", ("device", "browser")),
            key=members.key("key"),
            nonce=members.filled("nonce"),
            node=members.text("node"),
            issued=members.integer("issued"),
            instance=members.text("instance"),
            boot=members.text("boot"),
            counter=members.integer("counter"),
            contract=members.digest("contract", empty=True),
            keyset=members.integer("keyset"),
            statement=members.integer("statement"),
            receipt_number=receipts.integer("number"),
            receipt_head=receipts.digest("head", empty=True),
            floor=members.integer("floor"),
            session=members.text("session"),
            ticket=members.text("ticket"),
        )
        receipts.finish()
        members.finish()
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "role": self.role,
            "key": self.key,
            "nonce": self.nonce,
            "node": self.node,
            "issued": self.issued,
            "instance": self.instance,
            "boot": self.boot,
            "counter": self.counter,
            "contract": self.contract,
            "keyset": self.keyset,
            "statement": self.statement,
            "receipts": {"number": self.receipt_number, "head": self.receipt_head},
            "floor": self.floor,
            "session": self.session,
            "ticket": self.ticket,
        }
        return canonical.dumps(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The device's signed word about a channel up to `offset`: so many leaves, this head."""

    TYPE: ClassVar[str] = "reachback-receipt"
    device: str
    number: int
    previous: str
    session: str
    channel: str
    event: str
    contract: str
    grant: str
    leaves: int
    head: str
    offset: int
    issued: int
    note: str = ""

    @classmethod
    def parse(cls, body: str) -> "Receipt":
        members = open_document(body, cls.TYPE)
        found = cls(
            device=members.key("device"),
            number=members.integer("number", least=1),
            previous=members.digest("previous", empty=True),
            session=members.filled("session"),
            channel=members.filled("channel"),
            event=members.choice("event", ("start", "progress", "end")),
            contract=members.digest("contract"),
            grant=members.digest("grant"),
            leaves=members.integer("leaves"),
            head=members.hexadecimal("head", _HEX_DIGITS),
            offset=members.integer("offset"),
            issued=members.integer("issued"),
            note=members.text("note"),
        )
        members.finish()
        if (found.number == 1) != (not found.previous):
            malformed("Only a device's first receipt has no previous one.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "device": self.device,
            "number": self.number,
            "previous": self.previous,
            "session": self.session,
            "channel": self.channel,
            "event": self.event,
            "contract": self.contract,
            "grant": self.grant,
            "leaves": self.leaves,
            "head": self.head,
            "offset": self.offset,
            "issued": self.issued,
            "note": self.note,
        }
        return canonical.dumps(value)


@dataclass(frozen=True, slots=True)
class Head:
    """The signed head of an organisation's audit log."""

    TYPE: ClassVar[str] = "reachback-head"
    organisation: str
    log: str
    size: int
    root: str
    issued: int

    @classmethod
    def parse(cls, body: str) -> "Head":
        members = open_document(body, cls.TYPE)
        found = cls(
            organisation=members.filled("organisation"),
            log=members.filled("log"),
            size=members.integer("size"),
            root=members.hexadecimal("root", _HEX_DIGITS),
            issued=members.integer("issued"),
        )
        members.finish()
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "log": self.log,
            "size": self.size,
            "root": self.root,
            "issued": self.issued,
        }
        return canonical.dumps(value)
