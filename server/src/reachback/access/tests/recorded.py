"""A session as the device testifies it and the front records it, for the tests of what reads it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from reachback_wire import leaves, varint
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
    Party,
    Technician,
    Who,
    seal,
)
from reachback_wire.documents.forms import Trust
from reachback_wire.export import Export, ExportChannel, ExportSegment
from reachback_wire.receipts import ReceiptBook
from reachback_wire.recording import SegmentHeader, SegmentWriter
from reachback_wire.signing import PrivateKey
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

START_MS = 1_795_305_600_000
DAY = 86_400_000
SALT = b"s" * 16


def key(name: str) -> PrivateKey:
    return PrivateKey(sha256(name.encode()).digest())


CUSTOMER, DEVICE, PROVIDER, SESSION, COLLEAGUE = (
    key("customer"),
    key("device"),
    key("provider"),
    key("session"),
    key("colleague"),
)


@dataclass
class Papers:
    """Every signed document of one session."""

    session: str = "01900000-0000-7000-8000-00000000000a"
    organisation: str = "01900000-0000-7000-8000-0000000000ff"
    customer: PrivateKey = CUSTOMER
    device: PrivateKey = DEVICE
    capabilities: tuple[str, ...] = ("shell.user",)
    scripts: tuple[str, ...] = ()
    later: tuple[Envelope, ...] = ()

    @property
    def keyset(self) -> Envelope:
        keys = (KeysetKey(self.customer.public_line, "Chen Wei", ("sign", "revoke")),)
        value = Keyset(
            self.organisation, "Lotus Hotels", 1, 1, "independent", False, "", keys, START_MS - DAY
        )
        return seal(value, self.customer)

    @property
    def statement(self) -> Envelope:
        value = DeviceStatement(
            self.organisation,
            1,
            1,
            self.device.public_line,
            "lijiang-frontdesk",
            "Lotus Lijiang",
            ("front-desk",),
            START_MS - DAY,
        )
        return seal(value, self.customer)

    @property
    def contract(self) -> Envelope:
        files = ("files.read",) if "files.read" in self.capabilities else ()
        capabilities = (
            Capability("shell.user", ("guest",)),
            *(Capability(name, ("/srv/**",)) for name in files),
            *((Capability("exec", self.scripts),) if self.scripts else ()),
        )
        clause = Clause(1, capabilities, Who(teams=("Remote team",)))
        value = Contract(
            organisation=self.organisation,
            keyset=1,
            serial=3,
            title="Remote care",
            provider=Party("Northstar", (PROVIDER.public_line,)),
            clauses=(clause,),
            device_tags=("front-desk",),
            effective=START_MS - DAY,
            expires=START_MS + 365 * DAY,
            issued=START_MS - DAY,
        )
        return seal(value, self.customer)

    @property
    def grant(self) -> Envelope:
        return self.granted("grant-1", "Tomás Rivera", SESSION)

    def granted(self, name: str, technician: str, session: PrivateKey) -> Envelope:
        """A grant for this technician and browser."""
        value = Grant(
            id=name,
            session=self.session,
            technician=Technician(technician, ("Remote team",)),
            session_key=session.public_line,
            device=self.device.public_line,
            organisation=self.organisation,
            capabilities=self.capabilities,
            contract=self.contract.digest,
            nonce="0" * 32,
            issued=START_MS - 1000,
            expires=START_MS + 3_600_000,
            case=CaseReference(101, "case"),
        )
        return seal(value, PROVIDER)

    def offer(
        self, to: str = "Nora Lind", grant: str = "grant-1", by: PrivateKey = SESSION
    ) -> Envelope:
        """The word of who has the shell, for ten minutes."""
        issued, expires = START_MS, START_MS + 600_000
        offer = Offer(grant=grant, session=self.session, to=to, issued=issued, expires=expires)
        return seal(offer, by)

    @property
    def trust(self) -> str:
        return Trust.of([self.keyset]).to_text()


@dataclass
class Recorder:
    """Writes one shell's recording, receipts included, as front and device do together."""

    papers: Papers = field(default_factory=Papers)
    number: int = 1
    at: int = START_MS
    offset: int = 0
    kind: str = "shell"
    tab: int = 1
    files: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = f"{self.papers.session}.{self.tab}"
        self.chain = leaves.LeafChain(self.key)
        self.book = ReceiptBook(self.papers.device.public_line)
        self.grant = self.papers.grant.digest
        header = SegmentHeader(
            session=self.papers.session,
            channel=self.key,
            key=self.key,
            kind=self.kind,
            device=self.papers.device.public_line,
            organisation=self.papers.organisation,
            node="main",
            generation=1,
            index=0,
            start_offset=0,
            started=self.at,
            previous="",
            contract=self.papers.contract.digest,
            grant=self.papers.grant.digest,
        )
        self.writer = SegmentWriter(header)
        self.data = bytearray(self.writer.opening)

    def put(self, unit: Unit) -> None:
        self.data += self.writer.unit(self.offset, unit, self.at)
        self.offset += unit.length

    def testify(self, kind: int, payload: bytes, *, shown: bytes | None = None) -> None:
        self.chain.add(leaves.leaf_hash(leaves.TAGS[kind], self.at, SALT, payload))
        body = leaves.testimony_body(self.at, SALT, payload if shown is None else shown)
        self.put(CtrlUnit(kind, body))

    def start(self) -> None:
        told = {
            "key": self.key,
            "kind": self.kind,
            "parameters": {"columns": 100, "rows": 30},
            "contract": self.papers.contract.digest,
            "grant": self.papers.grant.digest,
            "run_as": "guest",
            "device": self.papers.device.public_line,
        }
        self.testify(leaves.START, json.dumps(told).encode())
        self.receipt("start")

    def output(self, text: str) -> None:
        self.at += 400
        data = text.encode()
        self.put(DataUnit(data))
        self.testify(leaves.OUTPUT_LEAF, data, shown=varint.encode(len(data)))

    def input(self, text: str) -> None:
        self.at += 200
        self.testify(leaves.INPUT, text.encode())

    def hidden(self) -> None:
        self.at += 200
        leaf = leaves.leaf_hash(b"x", self.at, SALT, b"secret")
        self.chain.add(leaf)
        self.put(CtrlUnit(leaves.REDACTED, leaves.redacted_body(self.at, leaf)))

    def gap(self, length: int) -> None:
        digest = sha256(b"lost").digest()
        self.chain.add(leaves.gap_leaf(length, self.at, SALT, digest))
        self.put(GapUnit(length, self.at, SALT, digest))

    def receipt(self, event: str) -> None:
        envelope, self.book = self.book.make(
            self.papers.device,
            session=self.papers.session,
            channel=self.key,
            event=event,
            contract=self.papers.contract.digest,
            grant=self.grant,
            leaves=self.chain.count,
            head=self.chain.head.hex(),
            offset=self.offset,
            issued=self.at,
        )
        self.put(CtrlUnit(leaves.RECEIPT, json.dumps(envelope.to_json()).encode()))

    def hand_over(self, grant: Envelope, technician: str, offer: Envelope) -> None:
        """The device testifies who types from here on."""
        self.at += 200
        told = {"grant": grant.digest, "technician": technician, "run_as": "guest", "input": 3}
        self.testify(leaves.ATTACHED, json.dumps({**told, "offer": offer.to_json()}).encode())
        self.grant = grant.digest
        self.receipt("progress")

    def typed(self, command: str, answer: str) -> None:
        """A command at a prompt, echoed key by key as a shell does."""
        for character in command:
            self.input(character)
            self.output(character)
        self.input("\r")
        self.output(f"\r\n{answer}guest@desk:~$ ")

    def next_segment(self) -> None:
        """The front was restarted: this file ends without END, another begins."""
        self.files.append(bytes(self.data))
        header = self.writer.header.following(
            previous=sha256(self.data).hexdigest(),
            node="main",
            generation=2,
            start_offset=self.offset,
            started=self.at,
        )
        self.writer = SegmentWriter(header)
        self.data = bytearray(self.writer.opening)

    def end(self) -> None:
        self.at += 100
        self.testify(leaves.EXIT, b'{"status":0,"signal":null}')
        self.receipt("end")
        self.data += self.writer.end("closed", "The shell ended.", self.at)
        self.files.append(bytes(self.data))

    def export(self, files: Sequence[bytes] | None = None) -> bytes:
        return export(self.papers, self.key, self.files if files is None else files, self.kind)


def export(papers: Papers, channel: str, files: Sequence[bytes], kind: str = "shell") -> bytes:
    segments = [
        ExportSegment(len(data), sha256(data).hexdigest(), lambda data=data: (data,))  # type: ignore[misc]
        for data in files
    ]
    written = Export(
        session=papers.session,
        device=papers.device.public_line,
        organisation=papers.organisation,
        case={"number": 101, "reference": "case"},
        keysets=(papers.keyset,),
        statement=papers.statement,
        contract=papers.contract,
        grant=papers.grant,
        later_grants=papers.later,
        channels=(ExportChannel(channel, kind, segments),),
    )
    return b"".join(written.chunks())


def repair_story(papers: Papers | None = None) -> Recorder:
    """The hotel's repair: three commands, a password, an end."""
    made = Recorder(papers or Papers())
    made.start()
    made.output("guest@desk:~$ ")
    made.typed("cat guestbook.conf", "port = 80800\r\n")
    made.typed("sed -i s/80800/8080/ guestbook.conf", "")
    made.receipt("progress")
    made.hidden()
    made.typed("systemctl --user restart guestbook", "")
    made.end()
    return made
