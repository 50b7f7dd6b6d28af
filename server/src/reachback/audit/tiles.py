"""Tiles of a log as they are stored, and as they will be once a batch is appended."""

from __future__ import annotations

from uuid import UUID

from reachback.audit import merkle
from reachback.audit.models import AuditLeaf, AuditSubtree


class StoredTiles:
    """Reads tiles of one log from the database, each at most once."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def tile(self, level: int, number: int) -> list[bytes]:
        """Return the stored digests of the tile, those of complete subtrees only."""
        found = self._read.get((level, number))
        if found is None:
            found = self._read[level, number] = self._load(level, number)
        return found

    def _load(self, level: int, number: int) -> list[bytes]:
        start = number * merkle.TILE
        span = {"index__gte": start, "index__lt": start + merkle.TILE}
        leaves = AuditLeaf.objects.filter(organisation_id=self.organisation_id, **span)
        subtrees = AuditSubtree.objects.filter(
            organisation_id=self.organisation_id, level=level, **span
        )
        stored = (subtrees if level else leaves).order_by("index")
        return [bytes(digest) for digest in stored.values_list("digest", flat=True)]


class GrowingTiles(StoredTiles):
    """The stored tiles with leaves appended in memory; `subtrees` are the rows to store."""

    def __init__(self, organisation_id: UUID, size: int) -> None:
        super().__init__(organisation_id)
        self.size = size
        self.subtrees: list[AuditSubtree] = []

    def append(self, digest: bytes) -> int:
        """Append one leaf; return its index."""
        index = self.size
        self._put(0, index, digest)
        self.size += 1
        return index

    def _put(self, level: int, index: int, digest: bytes) -> None:
        row = self.tile(level, index // merkle.TILE)
        row.append(digest)
        if len(row) == merkle.TILE:
            whole = merkle.fold(row)
            above, place = level + merkle.STEP, index // merkle.TILE
            self.subtrees.append(
                AuditSubtree(
                    organisation_id=self.organisation_id, level=above, index=place, digest=whole
                )
            )
            self._put(above, place, whole)
