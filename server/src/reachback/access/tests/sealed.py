"""Recordings as they lie on the disk: sealed."""

from pathlib import Path
from uuid import UUID

from reachback.access.sealing import vault
from reachback_wire.sealing import FileSeal


def put(path: Path, organisation_id: UUID, segment: bytes) -> None:
    """Write a segment's file as the front does."""
    seal = FileSeal.make(vault.data_key(organisation_id))
    path.parent.mkdir(parents=True, exist_ok=True)
    pieces = [segment[at : at + 4_000] for at in range(0, len(segment), 4_000)]
    path.write_bytes(seal.opening + b"".join(seal.seal(n, each) for n, each in enumerate(pieces)))
