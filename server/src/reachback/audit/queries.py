"""Reads of the log: lists by key, heads and proofs. Each starts from what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from reachback.audit import merkle, policy
from reachback.audit.content import leaf_content
from reachback.audit.errors import LogNotReadable, NoSuchLeaf
from reachback.audit.keys import log_key
from reachback.audit.models import AuditHead, AuditLeaf, AuditListing, AuditRow
from reachback.audit.sequencing import NAMESPACE
from reachback.audit.tiles import StoredTiles
from reachback.kernel.actors import Actor
from reachback_wire.documents.testimony import Head
from reachback_wire.signing import BadSignature, fingerprint, signer, verify

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Search:
    """What somebody looks for. Empty fields mean anything."""

    text: str = ""
    action: str = ""
    actor_id: UUID | None = None
    subject_id: str = ""
    organisation_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """One page of the log, newest first; `before` asks for the next older one, None: no more."""

    rows: tuple[AuditRow, ...]
    before: UUID | None


def search(actor: Actor, wanted: Search, *, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Return the newest matching rows older than `before`. Raises LogNotReadable.

    Paged by key, so the millionth row costs what the first does.
    """
    if not policy.may_read(actor):
        raise LogNotReadable
    organisations = _organisations(actor, wanted)
    if organisations is None:
        found = _matching(AuditRow.objects.all(), wanted, "")
        rows = found if before is None else found.filter(id__lt=before)
        page = list(rows.order_by("-id")[: limit + 1])
    else:
        listed = AuditListing.objects.filter(organisation_id__in=organisations)
        entries = _matching(listed, wanted, "row__").select_related("row")
        older = entries if before is None else entries.filter(row_id__lt=before)
        page = _distinct([entry.row for entry in older.order_by("-row_id")[: 2 * limit + 2]])
    more = len(page) > limit
    kept = tuple(page[:limit])
    return Page(kept, kept[-1].id if more else None)


def recent(actor: Actor, *, actions: tuple[str, ...], limit: int = 5) -> tuple[AuditRow, ...]:
    """Return the newest rows with these actions in the logs of the actor's organisations."""
    if not policy.may_read(actor):
        return ()
    listed = AuditListing.objects.filter(
        organisation_id__in=actor.visible_organisations(), row__action__in=actions
    )
    entries = listed.select_related("row").order_by("-row_id")[: 2 * limit]
    return tuple(_distinct([entry.row for entry in entries])[:limit])


def row(actor: Actor, row_id: UUID) -> AuditRow:
    """Return one row of a log the actor may read. Raises NoSuchLeaf."""
    found = AuditRow.objects.filter(id=row_id).prefetch_related("listings").first()
    if found is None or not any(
        policy.may_read_log(actor, each.organisation_id) for each in found.listings.all()
    ):
        raise NoSuchLeaf
    return found


def logs_of(actor: Actor, entry: AuditRow) -> tuple[UUID, ...]:
    """Return in whose logs the row stands, of those the actor may read."""
    listed = entry.listings.values_list("organisation_id", flat=True)
    return tuple(each for each in listed if policy.may_read_log(actor, each))


def newest_head(actor: Actor, organisation_id: UUID) -> AuditHead | None:
    """Return the newest signed head of a log, None while it is empty. Raises LogNotReadable."""
    if not policy.may_read_log(actor, organisation_id):
        raise LogNotReadable
    heads = AuditHead.objects.filter(organisation_id=organisation_id)
    return heads.order_by("-size").first()


@dataclass(frozen=True)
class Inclusion:
    """Proof that a row is leaf `index` of the log whose head is given."""

    content: bytes
    index: int
    path: tuple[bytes, ...]
    head: AuditHead

    @property
    def signed_by(self) -> str:
        """The fingerprint of the key that signed the head ."""
        return fingerprint(signer(self.head.signature))

    @property
    def holds(self) -> bool:
        """Whether the row as it is stored now is what the head, signed by our key, commits to."""
        statement = Head.parse(self.head.statement)
        named = (statement.size, statement.root) == (self.head.size, bytes(self.head.root).hex())
        return named and self._signed() and self._included()

    def _signed(self) -> bool:
        message = self.head.statement.encode()
        try:
            verify(self.head.signature, NAMESPACE, message, [log_key().public_line])
        except BadSignature:
            return False
        return True

    def _included(self) -> bool:
        return merkle.includes(
            index=self.index,
            size=self.head.size,
            leaf=merkle.leaf_digest(self.content),
            proof=list(self.path),
            head=bytes(self.head.root),
        )


def inclusion(actor: Actor, row_id: UUID, organisation_id: UUID) -> Inclusion:
    """Return the proof of a row's place under the newest head.

    Raises LogNotReadable, NoSuchLeaf.
    """
    head = newest_head(actor, organisation_id)
    leaf = (
        AuditLeaf.objects.filter(organisation_id=organisation_id, row_id=row_id)
        .select_related("row")
        .first()
    )
    if head is None or leaf is None or leaf.index >= head.size:
        raise NoSuchLeaf
    path = merkle.inclusion_proof(StoredTiles(organisation_id), leaf.index, head.size)
    return Inclusion(leaf_content(leaf.row), leaf.index, tuple(path), head)


def consistency(actor: Actor, organisation_id: UUID, old: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the log of `old` leaves is the beginning of that of `size` leaves.

    Raises LogNotReadable, NoSuchLeaf when the log never had these sizes.
    """
    head = newest_head(actor, organisation_id)
    if head is None or not 0 < old <= size <= head.size:
        raise NoSuchLeaf
    return tuple(merkle.consistency_proof(StoredTiles(organisation_id), old, size))


def _organisations(actor: Actor, wanted: Search) -> list[UUID] | None:
    if wanted.organisation_id is not None:
        if not policy.may_read_log(actor, wanted.organisation_id):
            raise LogNotReadable
        return [wanted.organisation_id]
    return None if actor.sees_everything else sorted(actor.visible_organisations())


def _matching(rows: QuerySet, wanted: Search, at: str) -> QuerySet:  # type: ignore[type-arg]
    exact = {"action": wanted.action, "actor_id": wanted.actor_id, "subject_id": wanted.subject_id}
    rows = rows.filter(**{at + name: value for name, value in exact.items() if value})
    if wanted.since is not None:
        rows = rows.filter(**{at + "occurred_at__gte": wanted.since})
    if wanted.until is not None:
        rows = rows.filter(**{at + "occurred_at__lt": wanted.until})
    for word in wanted.text.split()[:5]:
        places = ("actor_name", "subject_label", "action")
        either = Q()
        for place in places:
            either |= Q(**{f"{at}{place}__icontains": word})
        rows = rows.filter(either)
    return rows


def _distinct(rows: list[AuditRow]) -> list[AuditRow]:
    return list({each.id: each for each in rows}.values())
