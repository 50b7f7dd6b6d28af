"""The sequencer: gives waiting rows their place in a log and signs the new head.

Leased per log: claim (one short transaction), then hash and sign while no lock is held, then append
under the fencing token. The unique place of a leaf is the second fence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from reachback.audit import merkle, slots
from reachback.audit.content import leaf_content, milliseconds
from reachback.audit.keys import log_key
from reachback.audit.models import (
    AuditHead,
    AuditLeaf,
    AuditSubtree,
    SequencerLease,
    Unsequenced,
)
from reachback.audit.tiles import GrowingTiles
from reachback.kernel import durability
from reachback.kernel.transactions import assert_not_writing
from reachback_wire.documents.testimony import Head
from reachback_wire.signing import sign

LEASE = timedelta(seconds=5)
BATCH = 1_000
NAMESPACE = "reachback-head"


class SequencerLost(RuntimeError):
    """Another process took this log's lease over; nothing was appended."""


@dataclass(frozen=True)
class _Growth:
    waiting: list[int]
    leaves: list[AuditLeaf]
    tiles: GrowingTiles
    head: AuditHead


def waiting_logs() -> list[UUID]:
    """Return the logs that have rows without a place."""
    return list(Unsequenced.objects.values_list("organisation_id", flat=True).distinct())


def sequence(organisation_id: UUID, *, now: datetime) -> int:
    """Append up to BATCH waiting rows to one log and sign its head; return how many.

    Returns 0 when nothing waits or another process holds the lease. Raises SequencerLost.
    """
    assert_not_writing("hashing and signing the audit log")
    token = _claim(organisation_id, now)
    if token is None:
        return 0
    growth = _grow(organisation_id, now)
    if growth is None:
        _release(organisation_id, token)
        return 0
    with durability.full():
        if _release(organisation_id, token) != 1:
            raise SequencerLost(str(organisation_id))
        AuditLeaf.objects.bulk_create(growth.leaves)
        AuditSubtree.objects.bulk_create(growth.tiles.subtrees)
        growth.head.save(force_insert=True)
        Unsequenced.objects.filter(id__in=growth.waiting).delete()
    _tell_witnesses(growth.head, now)
    return len(growth.leaves)


def _claim(organisation_id: UUID, now: datetime) -> int | None:
    with transaction.atomic():
        SequencerLease.objects.get_or_create(organisation_id=organisation_id)
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        mine = SequencerLease.objects.filter(free, organisation_id=organisation_id)
        if mine.update(lease_until=now + LEASE, token=F("token") + 1) != 1:
            return None
        return SequencerLease.objects.get(organisation_id=organisation_id).token


def _release(organisation_id: UUID, token: int) -> int:
    ours = SequencerLease.objects.filter(organisation_id=organisation_id, token=token)
    return ours.update(lease_until=None)


def _grow(organisation_id: UUID, now: datetime) -> _Growth | None:
    rows = Unsequenced.objects.filter(organisation_id=organisation_id).select_related("row")
    waiting = list(rows.order_by("id")[:BATCH])
    if not waiting:
        return None
    tiles = GrowingTiles(organisation_id, log_size(organisation_id))
    leaves = []
    for each in waiting:
        digest = merkle.leaf_digest(leaf_content(each.row))
        index = tiles.append(digest)
        leaves.append(
            AuditLeaf(
                organisation_id=organisation_id, index=index, row_id=each.row_id, digest=digest
            )
        )
    return _Growth([each.id for each in waiting], leaves, tiles, _head(tiles, now))


def log_size(organisation_id: UUID) -> int:
    """Return how many leaves the log has."""
    leaves = AuditLeaf.objects.filter(organisation_id=organisation_id)
    last = leaves.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def _head(tiles: GrowingTiles, now: datetime) -> AuditHead:
    key = log_key()
    root = merkle.root(tiles, tiles.size)
    statement = Head(
        organisation=str(tiles.organisation_id),
        log=key.fingerprint,
        size=tiles.size,
        root=root.hex(),
        issued=milliseconds(now),
    ).to_body()
    return AuditHead(
        organisation_id=tiles.organisation_id,
        size=tiles.size,
        root=root,
        signed_at=now,
        statement=statement,
        signature=sign(key, NAMESPACE, statement.encode()),
    )


def _tell_witnesses(head: AuditHead, now: datetime) -> None:
    for witness in slots.head_witnesses.answers():
        witness(
            organisation_id=head.organisation_id,
            size=head.size,
            statement=head.statement,
            signature=head.signature,
            now=now,
        )
