"""The export file (.rbx): a recording with the documents that prove it (recording.md)."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from reachback.access.recordings.folder import ChannelFiles
from reachback.access.verifier.segments import DATA
from reachback_wire.documents import Envelope
from reachback_wire.documents.forms import Trust
from reachback_wire.export import Export, ExportChannel, ExportSegment


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The envelopes an export carries; keysets and grants oldest first."""

    keysets: Sequence[Envelope]
    statement: Envelope
    contract: Envelope
    grants: Sequence[Envelope]


def _segment(content: bytes) -> ExportSegment:
    def reading(data: bytes = content) -> Iterable[bytes]:
        return (data,)

    read: Callable[[], Iterable[bytes]] = reading
    return ExportSegment(len(content), sha256(content).hexdigest(), read)


def chunks(documents: Documents, channels: Sequence[ChannelFiles]) -> Iterator[bytes]:
    """Yield the export's bytes; the same content always gives the same bytes."""
    grant = json.loads(documents.grants[0].body)
    export = Export(
        session=grant["session"],
        device=grant["device"],
        organisation=grant["organisation"],
        case=grant["case"],
        keysets=documents.keysets,
        statement=documents.statement,
        contract=documents.contract,
        grant=documents.grants[0],
        later_grants=documents.grants[1:],
        channels=[
            ExportChannel(each.key, each.kind, [_segment(data) for data in each.contents])
            for each in channels
        ],
    )
    return export.chunks()


def trust_text(keysets: Sequence[Envelope]) -> str:
    """Return a trust file from the keysets known here; a customer makes their own."""
    return Trust.of(keysets).to_text()


def inside_output(content: bytes, channels: Sequence[ChannelFiles]) -> int:
    """Return where an export holds a byte of output: the middle of its longest piece.

    For showing what the verifier says of an altered byte. Raises ValueError without output.
    """
    pieces = [
        (len(record.body), data, record.position)
        for channel in channels
        for data, opened in zip(channel.contents, channel.opened, strict=True)
        for record in opened.segment.records
        if record.kind == DATA
    ]
    if not pieces:
        msg = "the recording holds no output"
        raise ValueError(msg)
    length, data, position = max(pieces, key=lambda piece: piece[0])
    return content.index(data) + position + length // 2 + 4
