"""The recording format (docs/protocols/recording.md): writing, reading and repairing segments.

Sans-IO: a writer gives the bytes to append, a reader takes bytes as they come. Times are ms since
1970; the file keeps them relative to the segment's start, by the recorder's clock (asserted).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from reachback_wire import canonical, varint
from reachback_wire.documents.members import Members
from reachback_wire.refusals import Refusal
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

MAGIC: Final = b"RBREC1\n"
DATA, CTRL, GAP, CHECK, NOTE, END, PASSED = range(1, 8)
ANSWER: Final = 48  # the CTRL kind that answers a request on a files channel
CHECK_EVERY_BYTES: Final = 64 * 1024
CHECK_EVERY_MS: Final = 1_000
MAX_RECORD: Final = 128 * 1024
MAX_HEADER: Final = 16 * 1024
_HASH: Final = 32
_SALT: Final = 16
_VARINT: Final = 8


class BadSegment(ValueError):
    """The bytes are not a segment, or stop being one at `position`."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(f"{sentence} (byte {position})")
        self.sentence = sentence
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHeader:
    """What a segment says of itself; `previous` is the SHA-256 of the whole file before it."""

    session: str
    channel: str
    key: str
    kind: str
    device: str
    organisation: str
    node: str
    generation: int
    index: int
    start_offset: int
    started: int
    previous: str
    contract: str
    grant: str
    seal: str = "none"

    @classmethod
    def parse(cls, text: str) -> "SegmentHeader":
        """Read the header's canonical JSON; raises Refusal, also for an unknown seal."""
        members = Members(canonical.loads(text), "segment")
        members.choice("type", ("reachback-segment",))
        members.integer("version", least=1, most=1)
        found = cls(
            session=members.text("session"),
            channel=members.text("channel"),
            key=members.text("key"),
            kind=members.text("kind"),
            device=members.text("device"),
            organisation=members.text("organisation"),
            node=members.text("node"),
            generation=members.integer("generation"),
            index=members.integer("index"),
            start_offset=members.integer("start_offset"),
            started=members.integer("started"),
            previous=members.text("previous"),
            contract=members.text("contract"),
            grant=members.text("grant"),
            seal=members.choice("seal", ("none",)),
        )
        members.finish()
        return found

    def to_text(self) -> str:
        return canonical.dumps({"type": "reachback-segment", "version": 1, **asdict(self)})

    def following(
        self, *, previous: str, node: str, generation: int, start_offset: int, started: int
    ) -> "SegmentHeader":
        """Give the header of the segment after this one; `previous` is this file's SHA-256."""
        return replace(
            self,
            index=self.index + 1,
            previous=previous,
            node=node,
            generation=generation,
            start_offset=start_offset,
            started=started,
        )


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit of the device's stream at `offset`, written at `at`."""

    position: int
    at: int
    offset: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class PassedRecord:
    """`length` offsets from `offset` on whose units were passed on and not kept."""

    position: int
    at: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """The SHA-256 over every byte of the segment before this record, and whether it is right."""

    position: int
    at: int
    sha256: bytes
    holds: bool


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What the front saw (viewer joined, link lost); asserted by the provider."""

    position: int
    at: int
    value: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The channel's end: `{code, sentence}`."""

    position: int
    at: int
    value: Mapping[str, object]


Record = UnitRecord | PassedRecord | CheckRecord | NoteRecord | EndRecord


def is_kept(kind: str, unit: Unit) -> bool:
    """Whether a recording keeps a unit of a channel of this kind: of files only what is told.

    The content of files, and what a folder holds, belong to the customer: their FILE leaves stay.
    """
    passed = isinstance(unit, DataUnit) or (isinstance(unit, CtrlUnit) and unit.kind == ANSWER)
    return kind != "files" or not passed


class SegmentWriter:
    """Gives the bytes to append to one segment file, CHECK records included.

    Start with `opening`. Raises ValueError when a unit does not stand at `next_offset` or the
    segment has ended: the recorder's own mistakes.
    """

    def __init__(self, header: SegmentHeader) -> None:
        text = header.to_text().encode()
        self.header = header
        self.opening: Final = MAGIC + varint.encode(len(text)) + text
        self.next_offset = header.start_offset
        self.ended = False
        self._hash = hashlib.sha256(self.opening)
        self._size = len(self.opening)
        self._unchecked = 0
        self._checked_at = header.started
        self._at = header.started

    @property
    def size(self) -> int:
        """Bytes of the segment so far."""
        return self._size

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the segment so far: the next one's `previous`."""
        return self._hash.hexdigest()

    def unit(self, offset: int, unit: Unit, at: int) -> bytes:
        """Append a unit, or that it was passed on (`is_kept`), and a CHECK when one is due."""
        if offset != self.next_offset:
            raise ValueError(f"The next unit stands at {self.next_offset}, not at {offset}.")
        if is_kept(self.header.kind, unit):
            kind, body = _unit_body(offset, unit)
        else:
            kind, body = PASSED, varint.encode(offset) + varint.encode(unit.length)
        written = self._append(kind, body, at)
        self.next_offset += unit.length
        return written + self.tick(at)

    def note(self, value: Mapping[str, object], at: int) -> bytes:
        """Append what the front saw."""
        return self._append(NOTE, canonical.dumps(value).encode(), at) + self.tick(at)

    def tick(self, at: int) -> bytes:
        """Append a CHECK when 64 KiB or 1 s of activity have gone unchecked, else nothing."""
        waited = at - self._checked_at >= CHECK_EVERY_MS
        if self._unchecked >= CHECK_EVERY_BYTES or (self._unchecked and waited):
            return self.check(at)
        return b""

    def check(self, at: int) -> bytes:
        """Append a CHECK now."""
        written = self._append(CHECK, self._hash.digest(), at)
        self._unchecked, self._checked_at = 0, self._at
        return written

    def end(self, code: str, sentence: str, at: int) -> bytes:
        """Append END and the last CHECK; nothing may follow."""
        body = canonical.dumps({"code": code, "sentence": sentence}).encode()
        written = self._append(END, body, at) + self.check(at)
        self.ended = True
        return written

    def _append(self, kind: int, body: bytes, at: int) -> bytes:
        if self.ended:
            raise ValueError("The segment has ended.")
        self._at = max(self._at, at)  # a clock set back must not turn the recording back
        content = varint.encode(self._at - self.header.started) + body
        if len(content) > MAX_RECORD:
            raise ValueError("A record is larger than 128 KiB.")
        record = bytes((kind,)) + varint.encode(len(content)) + content
        self._hash.update(record)
        self._size += len(record)
        self._unchecked += len(record)
        return record


class SegmentReader:
    """Reads a segment as its bytes come: `feed` gives every record that is whole.

    Raises BadSegment at the first byte that cannot belong to a segment; CHECK records that do not
    hold are given as such, for the caller to judge.
    """

    def __init__(self) -> None:
        self.header: SegmentHeader | None = None
        self.position = 0
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self.ended = False

    def feed(self, data: bytes) -> list[Record]:
        self._buffer += data
        records: list[Record] = []
        if self.header is None and not self._read_header():
            return records
        while (record := self._read_record()) is not None:
            records.append(record)
        return records

    def _read_header(self) -> bool:
        found = bytes(self._buffer[: len(MAGIC)])
        if found != MAGIC[: len(found)]:
            raise BadSegment("This is not a recording segment.", 0)
        head = bytes(self._buffer[: len(MAGIC) + _VARINT])
        length = varint.decode(head, len(MAGIC), len(head))
        if length is None:
            return False
        if length[0] > MAX_HEADER:
            raise BadSegment("The segment's header is too long.", len(MAGIC))
        end = length[1] + length[0]
        if len(self._buffer) < end:
            return False
        try:
            self.header = SegmentHeader.parse(self._buffer[length[1] : end].decode())
        except (Refusal, UnicodeDecodeError) as error:
            raise BadSegment("The segment's header cannot be read.", length[1]) from error
        self._consume(end)
        return True

    def _read_record(self) -> Record | None:
        if not self._buffer:
            return None
        kind = self._buffer[0]
        if not DATA <= kind <= PASSED:
            raise BadSegment(f"There is no record of type {kind}.", self.position)
        head = bytes(self._buffer[: 1 + _VARINT])
        length = varint.decode(head, 1, len(head))
        if length is None:
            return None
        if length[0] > MAX_RECORD:
            raise BadSegment("A record is longer than 128 KiB.", self.position)
        end = length[1] + length[0]
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[length[1] : end])
        record = self._record(kind, body)
        self._consume(end)
        return record

    def _consume(self, length: int) -> None:
        self._hash.update(self._buffer[:length])
        del self._buffer[:length]
        self.position += length

    def _record(self, kind: int, body: bytes) -> Record:
        if self.ended and kind != CHECK:
            raise BadSegment("Something follows the recording's end.", self.position)
        started = self.header.started if self.header else 0
        at, start = self._varint(body, 0)
        rest = body[start:]
        if kind == CHECK:
            if len(rest) != _HASH:
                raise BadSegment("A CHECK record is not 32 bytes.", self.position)
            holds = rest == self._hash.digest()
            return CheckRecord(self.position, started + at, rest, holds)
        if kind == NOTE:
            return NoteRecord(self.position, started + at, self._json(rest))
        if kind == END:
            value = self._json(rest)
            self.ended = True
            return EndRecord(self.position, started + at, value)
        offset, start = self._varint(rest, 0)
        if kind == PASSED:
            return PassedRecord(self.position, started + at, offset, self._passed(rest[start:]))
        return UnitRecord(self.position, started + at, offset, self._unit(kind, rest[start:]))

    def _unit(self, kind: int, body: bytes) -> Unit:
        if kind == DATA:
            if not body:
                raise BadSegment("A DATA record is empty.", self.position)
            return DataUnit(body)
        value, start = self._varint(body, 0)
        rest = body[start:]
        if kind == CTRL:
            return CtrlUnit(value, rest)
        if len(rest) != 8 + _SALT + _HASH or value == 0:
            raise BadSegment("A GAP record has the wrong length.", self.position)
        time = int.from_bytes(rest[:8], "big")
        return GapUnit(value, time, rest[8 : 8 + _SALT], rest[8 + _SALT :])

    def _passed(self, body: bytes) -> int:
        length, end = self._varint(body, 0)
        if not length or end != len(body) or (self.header and self.header.kind != "files"):
            raise BadSegment("A PASSED record stands where none may.", self.position)
        return length

    def _varint(self, data: bytes, at: int) -> tuple[int, int]:
        found = varint.decode(data, at, len(data))
        if found is None:
            raise BadSegment("A record is cut short inside.", self.position)
        return found

    def _json(self, data: bytes) -> dict[str, object]:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BadSegment("A record's JSON cannot be read.", self.position) from error
        if not isinstance(value, dict):
            raise BadSegment("A record's JSON is not an object.", self.position)
        return value


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as read: `length` bytes are whole records; more means a torn tail."""

    header: SegmentHeader
    records: tuple[Record, ...]
    length: int
    ended: bool

    @property
    def units(self) -> tuple[UnitRecord, ...]:
        return tuple(item for item in self.records if isinstance(item, UnitRecord))

    @property
    def next_offset(self) -> int:
        """The offset after the segment's last unit."""
        for item in reversed(self.records):
            if isinstance(item, UnitRecord):
                return item.offset + item.unit.length
            if isinstance(item, PassedRecord):
                return item.offset + item.length
        return self.header.start_offset

    @property
    def checks_hold(self) -> bool:
        return all(item.holds for item in self.records if isinstance(item, CheckRecord))


def read_segment(data: bytes) -> Segment:
    """Read a whole segment; a torn tail is left out. Raises BadSegment."""
    reader = SegmentReader()
    records = tuple(reader.feed(data))
    if reader.header is None:
        raise BadSegment("The segment stops inside its header.", len(data))
    return Segment(reader.header, records, reader.position, reader.ended)


def repair(data: bytes) -> int:
    """Give the length to cut a torn segment back to: its last whole record.

    0 when not even the header is whole. Raises BadSegment when the file never was a segment.
    """
    reader = SegmentReader()
    try:
        reader.feed(data)
    except BadSegment as error:
        if error.position == 0:
            raise
    return reader.position


def _unit_body(offset: int, unit: Unit) -> tuple[int, bytes]:
    head = varint.encode(offset)
    match unit:
        case DataUnit():
            return DATA, head + unit.data
        case CtrlUnit():
            return CTRL, head + varint.encode(unit.kind) + unit.body
        case GapUnit():
            moment = unit.time.to_bytes(8, "big")
            return GAP, head + varint.encode(unit.length) + moment + unit.salt + unit.sha256
