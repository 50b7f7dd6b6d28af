"""An export file: its manifest, its documents, and its channels' segments."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reachback.access.verifier import archive, canonical, segments
from reachback.access.verifier.documents import Papers
from reachback.access.verifier.envelopes import Signed, from_file
from reachback.access.verifier.failures import Failure, Incomplete, Unreadable, Untrusted
from reachback.access.verifier.segments import Opened

_LATER = re.compile(r"documents/grant-[0-9]{1,4}\.json")
_MANIFEST = frozenset({"type", "version", "session", "device", "organisation", "case", "channels"})


@dataclass(frozen=True)
class Stored:
    """One channel's segments, and what the table of contents says that does not hold."""

    key: str
    kind: str
    files: tuple[Opened, ...]
    mismatch: Failure | None


@dataclass(frozen=True)
class Export:
    """Everything an export holds, read but not yet judged."""

    manifest: dict[str, Any]
    papers: Papers
    keysets: tuple[Signed, ...]
    channels: tuple[Stored, ...]


def _manifest(members: list[archive.Member]) -> dict[str, Any]:
    if not members or members[0].name != "manifest.json":
        msg = "The file is not an export: it does not begin with its table of contents."
        raise Unreadable(msg)
    try:
        value = canonical.read(members[0].content.decode())
    except UnicodeDecodeError as error:
        msg = "The export's table of contents is not text."
        raise Unreadable(msg) from error
    if value.get("type") != "reachback-export" or set(value) != _MANIFEST or value["version"] != 1:
        msg = "The export is of an unknown kind or version."
        raise Unreadable(msg)
    return value


def _segment(entry: dict[str, Any], data: bytes) -> tuple[Opened, Failure | None]:
    name = str(entry["name"])
    opened = segments.read(name, data)
    if entry["size"] != len(data) or entry["sha256"] != sha256(data).hexdigest():
        return opened, Failure(f"{name} is not what the export's table of contents says it is.")
    return opened, None


def _channel(entry: dict[str, Any], files: dict[str, bytes]) -> Stored:
    found: list[Opened] = []
    mismatch: Failure | None = None
    for each in entry["segments"]:
        data = files.pop(str(each["name"]), None)
        if data is None:
            mismatch = mismatch or Incomplete(f"{each['name']} is missing from the export.")
            continue
        opened, fault = _segment(each, data)
        found.append(opened)
        mismatch = mismatch or fault
    return Stored(str(entry["key"]), str(entry["kind"]), tuple(found), mismatch)


def _document(files: dict[str, bytes], name: str, kind: str) -> Signed:
    content = files.pop(f"documents/{name}.json", None)
    if content is None:
        msg = f"The export does not hold the {name} document."
        raise Untrusted(msg)
    return from_file(content, kind)


def read(data: bytes) -> Export:
    """Read an export; raise Unreadable, Untrusted or Incomplete where it is not whole."""
    members = archive.members(data)
    manifest = _manifest(members)
    files = {member.name: member.content for member in members[1:]}
    later = sorted(
        (name for name in files if _LATER.fullmatch(name)), key=lambda name: int(name[16:-5])
    )
    papers = Papers(
        statement=_document(files, "device", "reachback-device"),
        contract=_document(files, "contract", "reachback-contract"),
        grant=_document(files, "grant", "reachback-grant"),
        later=tuple(from_file(files.pop(name), "reachback-grant") for name in later),
    )
    names = sorted(name for name in files if name.startswith("documents/keyset-"))
    keysets = tuple(from_file(files.pop(name), "reachback-keyset") for name in names)
    try:
        channels = tuple(_channel(entry, files) for entry in manifest["channels"])
    except (KeyError, TypeError) as error:
        msg = "The export's table of contents cannot be read."
        raise Unreadable(msg) from error
    if files:
        msg = f"The export holds {min(files)}, which its table of contents does not name."
        raise Unreadable(msg)
    return Export(manifest, papers, keysets, channels)
