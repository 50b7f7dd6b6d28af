"""Acts become leaves under signed heads; alterations show; readers see their own logs only."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reachback.audit import merkle, queries, sequencing
from reachback.audit.content import NotRecordable
from reachback.audit.errors import LogNotReadable, NoSuchLeaf
from reachback.audit.keys import log_key, log_key_path
from reachback.audit.models import AuditHead, AuditLeaf, AuditListing, AuditRow, AuditSubtree
from reachback.audit.operations import record
from reachback.audit.tiles import GrowingTiles, StoredTiles
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback.kernel.transactions import TransactionRequired, WorkInsideTransaction
from reachback_wire.documents.testimony import Head
from reachback_wire.signing import verify

pytestmark = pytest.mark.django_db
LOTUS, ROSE, NORTHSTAR = UUID(int=1), UUID(int=2), UUID(int=3)
AUDITOR = Actor(
    kind="person",
    id=uuid4(),
    name="Vera",
    organisation_id=NORTHSTAR,
    is_provider=True,
    roles=frozenset({"auditor"}),
    customer_ids=None,
)


def customer(organisation_id: UUID, role: str = "customer-administrator") -> Actor:
    return Actor(
        kind="person",
        id=uuid4(),
        name="Chen Wei",
        organisation_id=organisation_id,
        roles=frozenset({role}),
        customer_ids=frozenset({organisation_id}),
    )


def act(
    now: datetime, organisation_id: UUID = LOTUS, label: str = "lijiang", **more: object
) -> None:
    with transaction.atomic():
        record(
            actor=actors.system("tests"),
            now=now,
            action="session.started",
            organisation_id=organisation_id,
            subject_kind="device",
            subject_id="d1",
            subject_label=label,
            **more,  # type: ignore[arg-type]
        )


def lower_the_wall() -> None:
    """Do what a thief with the database owner's rights can: switch the triggers off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_row DISABLE TRIGGER ALL")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such wall")
def test_postgresql_itself_refuses_to_change_or_remove_an_entry(now: datetime) -> None:
    act(now)
    for change in (
        lambda: AuditRow.objects.update(actor_name="Nobody"),
        lambda: AuditListing.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            change()


def rows() -> list[AuditRow]:
    return list(AuditRow.objects.order_by("id"))


def test_every_act_becomes_a_leaf_under_a_head_signed_with_the_log_key(now: datetime) -> None:
    for n in range(5):
        act(now, label=f"device {n}")
    assert sequencing.sequence(LOTUS, now=now) == 5
    assert sequencing.sequence(LOTUS, now=now) == 0
    head = AuditHead.objects.get()
    verify(head.signature, "reachback-head", head.statement.encode(), [log_key().public_line])
    stated = Head.parse(head.statement)
    assert (stated.size, stated.organisation) == (5, str(LOTUS))
    assert stated.log == log_key().fingerprint
    assert log_key_path().stat().st_mode & 0o777 == 0o600
    for row in rows():
        assert queries.inclusion(AUDITOR, row.id, LOTUS).holds


def test_an_altered_row_no_longer_matches_its_head(now: datetime) -> None:
    act(now, label="honest", data={"reason": "guests wait"})
    sequencing.sequence(LOTUS, now=now)
    (row,) = rows()
    lower_the_wall()
    for column, value in (("subject_label", "forged"), ("actor_name", "Somebody else")):
        honest = getattr(row, column)
        AuditRow.objects.filter(id=row.id).update(**{column: value})
        assert not queries.inclusion(AUDITOR, row.id, LOTUS).holds
        AuditRow.objects.filter(id=row.id).update(**{column: honest})
    assert queries.inclusion(AUDITOR, row.id, LOTUS).holds


def test_a_head_signed_by_another_key_does_not_hold(now: datetime) -> None:
    act(now)
    sequencing.sequence(LOTUS, now=now)
    log_key_path().unlink()
    assert not queries.inclusion(AUDITOR, rows()[0].id, LOTUS).holds


def test_an_act_of_the_provider_stands_in_both_logs(now: datetime) -> None:
    act(now, also_organisation_ids=(NORTHSTAR, LOTUS))
    for each in sequencing.waiting_logs():
        sequencing.sequence(each, now=now)
    (row,) = rows()
    assert queries.inclusion(AUDITOR, row.id, LOTUS).holds
    assert queries.inclusion(AUDITOR, row.id, NORTHSTAR).holds
    assert len(queries.search(AUDITOR, queries.Search()).rows) == 1
    assert queries.logs_of(customer(LOTUS), row) == (LOTUS,)


def test_growth_is_consistent_across_tiles(now: datetime) -> None:
    sizes, made = [1, 3, 255, 256, 300, 520], 0
    for size in sizes:
        while made < size:
            act(now)
            made += 1
        sequencing.sequence(LOTUS, now=now)
    heads = {head.size: bytes(head.root) for head in AuditHead.objects.all()}
    assert sorted(heads) == sizes
    leaves = [bytes(leaf.digest) for leaf in AuditLeaf.objects.order_by("index")]
    assert AuditSubtree.objects.count() == 2
    assert bytes(AuditSubtree.objects.get(index=1).digest) == merkle.fold(leaves[256:512])
    for old in sizes:
        proof = list(queries.consistency(AUDITOR, LOTUS, old, 520))
        assert merkle.consistent(
            old=old, size=520, old_head=heads[old], head=heads[520], proof=proof
        )


def test_a_sequencer_that_lost_its_lease_appends_nothing(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(now)
    grow = sequencing._grow

    def overtaken(organisation_id: UUID, at: datetime) -> object:
        growth = grow(organisation_id, at)
        monkeypatch.setattr(sequencing, "_grow", grow)
        assert sequencing.sequence(LOTUS, now=now + 2 * sequencing.LEASE) == 1
        return growth

    monkeypatch.setattr(sequencing, "_grow", overtaken)
    with pytest.raises(sequencing.SequencerLost):
        sequencing.sequence(LOTUS, now=now)
    assert AuditLeaf.objects.count() == 1


def test_a_held_lease_is_respected_until_it_ends(now: datetime) -> None:
    act(now)
    assert sequencing._claim(LOTUS, now) == 1
    assert sequencing.sequence(LOTUS, now=now + timedelta(seconds=1)) == 0
    assert sequencing.sequence(LOTUS, now=now + sequencing.LEASE) == 1


def test_hashing_inside_a_write_transaction_is_refused(now: datetime) -> None:
    with transaction.atomic(), pytest.raises(WorkInsideTransaction):
        sequencing.sequence(LOTUS, now=now)


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(TransactionRequired):
        record(
            actor=actors.system("tests"),
            now=now,
            action="a.b",
            organisation_id=LOTUS,
            subject_kind="device",
            subject_id="1",
            subject_label="x",
        )


def test_hostile_text_is_kept_in_a_form_that_can_be_hashed(now: datetime) -> None:
    act(now, label="<script>\x00\ud800é\x1b[2J" + "x" * 900, data={"reason": "e\u0301\ud800"})
    assert sequencing.sequence(LOTUS, now=now) == 1
    (row,) = rows()
    assert len(row.subject_label) == 300
    assert "\x00" not in row.subject_label
    assert row.data == {"reason": "é?"}
    assert queries.inclusion(AUDITOR, row.id, LOTUS).holds


def test_data_without_an_exact_form_is_refused(now: datetime) -> None:
    with pytest.raises(NotRecordable):
        act(now, data={"cost": 1.5})


def test_customers_read_their_own_log_and_technicians_none(now: datetime) -> None:
    act(now, LOTUS)
    act(now, ROSE)
    for each in (LOTUS, ROSE):
        sequencing.sequence(each, now=now)
    mine, other = rows()
    found = queries.search(customer(LOTUS), queries.Search()).rows
    assert found == (mine,)
    with pytest.raises(NoSuchLeaf):
        queries.row(customer(LOTUS), other.id)
    with pytest.raises(LogNotReadable):
        queries.inclusion(customer(LOTUS), other.id, ROSE)
    with pytest.raises(LogNotReadable):
        queries.search(customer(LOTUS), queries.Search(organisation_id=ROSE))
    for reader in (customer(LOTUS, "customer-member"), customer(LOTUS, "technician")):
        with pytest.raises(LogNotReadable):
            queries.search(reader, queries.Search())


def test_pages_follow_one_another_without_gap_or_repeat(now: datetime) -> None:
    for n in range(7):
        act(now, label=str(n), also_organisation_ids=(NORTHSTAR,))
    for reader in (AUDITOR, customer(LOTUS)):
        seen: list[str] = []
        before: UUID | None = None
        while True:
            page = queries.search(reader, queries.Search(), before=before, limit=3)
            seen += [row.subject_label for row in page.rows]
            before = page.before
            if before is None:
                break
        assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_search_finds_by_word_action_and_time(now: datetime) -> None:
    act(now - timedelta(days=2), label="front desk")
    act(now, label="kitchen")

    def labels(wanted: queries.Search) -> list[str]:
        return [row.subject_label for row in queries.search(AUDITOR, wanted).rows]

    assert labels(queries.Search(text="KITCH tests")) == ["kitchen"]
    assert labels(queries.Search(until=now)) == ["front desk"]
    assert labels(queries.Search(since=now)) == ["kitchen"]
    assert labels(queries.Search(action="case.opened")) == []


def test_a_proof_reads_a_handful_of_tiles_however_long_the_log(now: datetime) -> None:
    act(now)
    (row,) = rows()
    size, tiles = 5_000, GrowingTiles(LOTUS, 0)
    copies = [copy(row, uuid4()) for _ in range(size)]
    AuditRow.objects.bulk_create(copies)
    leaves = []
    for each in copies:
        digest = merkle.leaf_digest(each.id.bytes)
        index = tiles.append(digest)
        leaves.append(AuditLeaf(organisation_id=LOTUS, index=index, row=each, digest=digest))
    AuditLeaf.objects.bulk_create(leaves)
    AuditSubtree.objects.bulk_create(tiles.subtrees)
    with CaptureQueriesContext(connection) as asked:
        path = merkle.inclusion_proof(StoredTiles(LOTUS), 1_111, size)
    assert len(asked) == 3  # the leaf's own tile, the tile above, the unfinished last tile
    head = merkle.root(tiles, size)
    leaf = leaves[1_111].digest
    assert merkle.includes(index=1_111, size=size, leaf=leaf, proof=path, head=head)


def copy(row: AuditRow, new: UUID) -> AuditRow:
    values = {field.attname: getattr(row, field.attname) for field in AuditRow._meta.fields}
    return AuditRow(**{**values, "id": new})
