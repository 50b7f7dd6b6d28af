"""Export of a session as one `NAME.rbx`: a POSIX tar (ustar) written chunk by chunk."""

import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reachback_wire import canonical
from reachback_wire.documents import Envelope, Keyset

_BLOCK: Final = 512
_RECORD: Final = 20 * _BLOCK


@dataclass(frozen=True, slots=True)
class ExportSegment:
    """One segment file: `read` gives its `size` bytes in chunks, `sha256` is hex."""

    size: int
    sha256: str
    read: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class ExportChannel:
    """A channel with its segments in order."""

    key: str
    kind: str
    segments: Sequence[ExportSegment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that goes into a file: who and what, the documents, the channels.

    `keysets` oldest first; `later_grants` are those of further browsers and of colleagues, in the
    order they were made; `case` is the grant's (`{number, reference}`) or None; `written` in
    seconds since 1970 is the files' date.
    """

    session: str
    device: str
    organisation: str
    keysets: Sequence[Envelope]
    statement: Envelope
    contract: Envelope
    grant: Envelope
    channels: Sequence[ExportChannel]
    case: dict[str, object] | None = None
    later_grants: Sequence[Envelope] = ()
    written: int = 0

    def manifest(self) -> str:
        """Write `manifest.json`."""
        value: dict[str, object] = {
            "type": "reachback-export",
            "version": 1,
            "session": self.session,
            "device": self.device,
            "organisation": self.organisation,
            "case": self.case,
            "channels": [
                {
                    "key": channel.key,
                    "kind": channel.kind,
                    "segments": [
                        {"name": _name(number, index), "size": item.size, "sha256": item.sha256}
                        for index, item in enumerate(channel.segments)
                    ],
                }
                for number, channel in enumerate(self.channels)
            ],
        }
        return canonical.dumps(value)

    def chunks(self) -> Iterator[bytes]:
        """Give the file's bytes in order; raises ValueError when a segment changes meanwhile."""
        length = 0
        for name, size, content in self._files():
            for chunk in _file(name, size, content, self.written):
                length += len(chunk)
                yield chunk
        yield bytes(2 * _BLOCK + -(length + 2 * _BLOCK) % _RECORD)

    def _files(self) -> Iterator[tuple[str, int, Iterable[bytes]]]:
        yield _text("manifest.json", self.manifest())
        for keyset in self.keysets:
            serial = Keyset.parse(keyset.body).serial
            yield _text(f"documents/keyset-{serial}.json", _json(keyset))
        documents = {"device": self.statement, "contract": self.contract, "grant": self.grant}
        for name, envelope in documents.items():
            yield _text(f"documents/{name}.json", _json(envelope))
        for number, later in enumerate(self.later_grants, 2):
            yield _text(f"documents/grant-{number}.json", _json(later))
        for number, channel in enumerate(self.channels):
            for index, segment in enumerate(channel.segments):
                yield _name(number, index), segment.size, segment.read()


def _json(envelope: Envelope) -> str:
    return json.dumps(envelope.to_json(), ensure_ascii=False)


def _name(channel: int, segment: int) -> str:
    return f"channels/{channel}/{segment:04}.rbs"


def _text(name: str, text: str) -> tuple[str, int, Iterable[bytes]]:
    data = text.encode()
    return name, len(data), (data,)


def _file(name: str, size: int, content: Iterable[bytes], written: int) -> Iterator[bytes]:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, written, 0o644
    yield entry.tobuf(tarfile.USTAR_FORMAT)
    left = size
    for chunk in content:
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise ValueError(f"“{name}” changed its size while it was exported.")
    yield bytes(-size % _BLOCK)
