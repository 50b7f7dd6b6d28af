"""Where a session's segments lie on disk, channel by channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from reachback.access.sealing import vault
from reachback.access.verifier import segments
from reachback.access.verifier.failures import Failure
from reachback.access.verifier.segments import Opened


@dataclass(frozen=True)
class ChannelFiles:
    """One channel's segment files in order, read as far as they go."""

    key: str
    kind: str
    names: tuple[str, ...]
    contents: tuple[bytes, ...]
    opened: tuple[Opened, ...]


def folder(session_id: UUID) -> Path:
    """Return the folder of a session's recording."""
    return Path(settings.REACHBACK_DATA) / "recordings" / str(session_id)


def channels(session_id: UUID, keys: Collection[str] | None = None) -> Sequence[ChannelFiles]:
    """Read every channel of the session, or those with these keys.

    A segment that is no recording is left out. Raises RecordsKeyMissing.
    """
    base = folder(session_id)
    if not base.is_dir():
        return []
    wanted = None if keys is None else {key.rpartition(".")[2] for key in keys}
    found = [
        _channel(path)
        for path in sorted(base.iterdir())
        if path.is_dir() and (wanted is None or path.name in wanted)
    ]
    return [each for each in found if each is not None]


def _channel(path: Path) -> ChannelFiles | None:
    names: list[str] = []
    contents: list[bytes] = []
    opened: list[Opened] = []
    for file in sorted(path.glob("*.rbs")):
        data = vault.opened(file.read_bytes()).content
        try:
            opened.append(segments.read(file.name, data))
        except Failure:
            continue
        names.append(file.name)
        contents.append(data)
    if not opened:
        return None
    header = opened[0].segment.header
    key, kind = str(header.get("key", "")), str(header.get("kind", ""))
    return ChannelFiles(key, kind, tuple(names), tuple(contents), tuple(opened))
