"""The log's pages: readers only, hostile names escaped, a verdict that tells the truth."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client

from reachback.audit import sequencing
from reachback.audit.models import AuditRow
from reachback.audit.operations import record
from reachback.kernel import actors, tenancy
from reachback.people.models import Organisation, User
from reachback.people.models.role import RoleAssignment

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def person(kind: str, name: str, role: str) -> User:
    with tenancy.every_organisation(reason="a test makes its cast"):
        slug = name.lower()
        house = Organisation.objects.create(kind=kind, name=f"{name} house", slug=slug)
        found = User.objects.create(email=f"{slug}@example.org", name=name, organisation=house)
        found.every_customer = kind == "provider"
        found.save()
        RoleAssignment.objects.create(user=found, role=role)
        return found


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(now: datetime, organisation_id: UUID, label: str = HOSTILE) -> AuditRow:
    before = set(AuditRow.objects.values_list("id", flat=True))
    with transaction.atomic():
        record(
            actor=actors.system("tests"),
            now=now,
            action="session.started",
            organisation_id=organisation_id,
            subject_kind="device",
            subject_id="1",
            subject_label=label,
            data={"reason": "guests wait", "files": ["a", "b"]},
        )
    sequencing.sequence(organisation_id, now=now)
    return AuditRow.objects.exclude(id__in=before).get()


def test_a_customer_reads_who_did_what_and_why_in_their_own_log(now: datetime) -> None:
    chen, rose = person("customer", "Chen", "customer-administrator"), None
    rose = person("customer", "Rose", "customer-administrator")
    mine = act(now, chen.organisation_id)
    other = act(now, rose.organisation_id, "attic")
    page = browser(chen).get("/audit/").content.decode()
    assert "guests wait" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "attic" not in page
    assert browser(chen).get(f"/audit/{mine.id}/").status_code == 200
    assert browser(chen).get(f"/audit/{other.id}/").status_code == 404
    proof = f"/audit/{other.id}/proof/{rose.organisation_id}.json"
    assert browser(chen).get(proof).status_code == 403


def test_the_verdict_turns_when_the_stored_row_is_altered(now: datetime) -> None:
    vera = person("provider", "Vera", "auditor")
    row = act(now, vera.organisation_id, "honest")
    assert "Unaltered: entry 1 of 1." in browser(vera).get(f"/audit/{row.id}/").content.decode()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_row DISABLE TRIGGER ALL")
    AuditRow.objects.filter(id=row.id).update(subject_label="forged")
    page = browser(vera).get(f"/audit/{row.id}/").content.decode()
    assert "Vera house" in page
    assert "Altered: what is stored for entry 1 is not what was signed." in page


def test_heads_and_proofs_are_given_as_json(now: datetime) -> None:
    vera = person("provider", "Vera", "auditor")
    first = act(now, vera.organisation_id, "one")
    act(now, vera.organisation_id, "two")
    proof = browser(vera).get(f"/audit/{first.id}/proof/{vera.organisation_id}.json").json()
    assert (proof["index"], len(proof["path"])) == (0, 1)
    head = browser(vera).get(f"/audit/heads/{vera.organisation_id}.json?since=1").json()
    assert len(head["consistency"]) == 1
    assert head["head"] == proof["head"]


@pytest.mark.parametrize(
    ("kind", "role"), [("provider", "technician"), ("customer", "customer-member")]
)
def test_others_are_told_they_may_not(now: datetime, kind: str, role: str) -> None:
    member = person(kind, "Tomas", role)
    assert browser(member).get("/audit/").status_code == 403


def test_a_visitor_signs_in_first() -> None:
    answer = Client().get("/audit/?text=x")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/accounts/login/?next=/audit/%3Ftext%3Dx",
    )


@pytest.mark.parametrize(
    "query", ["day=2026-13-45", "day=x", "before=x", "text=%00%ff", "action=" + "z" * 900]
)
def test_odd_questions_get_a_page(now: datetime, query: str) -> None:
    vera = person("provider", "Vera", "auditor")
    act(now, vera.organisation_id)
    assert browser(vera).get(f"/audit/?{query}").status_code == 200
