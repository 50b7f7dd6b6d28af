"""The export file (.rbx): a recording with the documents that prove it (recording.md)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reachback.access.recordings.folder import ChannelFiles
from reachback_wire import canonical

_BLOCK = 512


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The envelopes an export carries."""

    keysets: Sequence[dict[str, Any]]
    statement: dict[str, Any]
    contract: dict[str, Any]
    grant: dict[str, Any]


def _header(name: str, size: int) -> bytes:
    fields = (
        name.encode("ascii").ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % size,
        b"00000000000\0",
        b" " * 8,
        b"0",
        b"\0" * 100,
        b"ustar\x0000",
        b"\0" * 80,
        b"\0" * 155,
        b"\0" * 12,
    )
    block = b"".join(fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _file(name: str, content: bytes) -> bytes:
    padding = -len(content) % _BLOCK
    return _header(name, len(content)) + content + b"\0" * padding


def _manifest(grant: dict[str, Any], channels: Sequence[ChannelFiles]) -> dict[str, Any]:
    listed = []
    for number, channel in enumerate(channels, start=1):
        segments = [
            {
                "name": f"channels/{number}/{name}",
                "size": len(content),
                "sha256": sha256(content).hexdigest(),
            }
            for name, content in zip(channel.names, channel.contents, strict=True)
        ]
        listed.append({"key": channel.key, "kind": channel.kind, "segments": segments})
    return {
        "type": "reachback-export",
        "version": 1,
        "session": grant["session"],
        "device": grant["device"],
        "organisation": grant["organisation"],
        "case": grant["case"],
        "channels": listed,
    }


def build(documents: Documents, channels: Sequence[ChannelFiles]) -> bytes:
    """Return the export's bytes; the same content always gives the same bytes."""
    grant = json.loads(documents.grant["body"])
    parts = [_file("manifest.json", canonical.dumps(_manifest(grant, channels)).encode())]
    named = [
        *((f"keyset-{number}", each) for number, each in enumerate(documents.keysets, start=1)),
        ("device", documents.statement),
        ("contract", documents.contract),
        ("grant", documents.grant),
    ]
    for name, envelope in named:
        parts.append(_file(f"documents/{name}.json", canonical.dumps(envelope).encode()))
    for number, channel in enumerate(channels, start=1):
        for name, content in zip(channel.names, channel.contents, strict=True):
            parts.append(_file(f"channels/{number}/{name}", content))
    return b"".join(parts) + b"\0" * (2 * _BLOCK)


def trust_file(organisation: str, keysets: Sequence[dict[str, Any]], fingerprint: str) -> str:
    """Return a trust file from keysets known here; a customer makes their own with their tool."""
    return canonical.dumps(
        {
            "type": "reachback-trust",
            "version": 1,
            "organisation": organisation,
            "fingerprint": fingerprint,
            "keysets": list(keysets),
        }
    )
