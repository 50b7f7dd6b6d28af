"""Cases for programs: list, read, open, add an entry. The signed-in person's rights apply."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.security import django_auth

from reachback.cases import filters, operations, queries, views
from reachback.cases.errors import MayNot
from reachback.cases.models import Case, Entry
from reachback.cases.operations import NewCase, NewEntry
from reachback.cases.rows import CaseRow
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import has_actor

router = Router(tags=["cases"], auth=django_auth)


class Problem(Schema):
    """Why it did not happen: a stable code and a sentence for people."""

    code: str
    sentence: str


class CaseOut(Schema):
    """One case as lists show it."""

    id: UUID
    number: int
    version: int
    subject: str
    customer: str
    site: str
    device: str
    channel: str
    priority: int
    status: str
    team: str
    assignee: str
    due_at: datetime | None
    opened_at: datetime
    updated_at: datetime
    live_session: bool


class EntryOut(Schema):
    """One item of the timeline."""

    id: UUID
    kind: str
    author_name: str
    by_provider: bool
    body: str
    visible_to_customer: bool
    occurred_at: datetime


class CaseDetail(Schema):
    """A case with the entries its reader may see, oldest first."""

    case: CaseOut
    entries: list[EntryOut]


class CasesOut(Schema):
    """A page of cases; `after` continues it and is empty at the end."""

    cases: list[CaseOut]
    after: str


class CaseIn(Schema):
    """A case to open."""

    organisation_id: UUID
    subject: Annotated[str, Field(max_length=200)]
    body: Annotated[str, Field(max_length=100_000)] = ""
    site_id: UUID | None = None
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    category: Annotated[str, Field(max_length=80)] = ""


class EntryIn(Schema):
    """An entry to add: a message, a note or a call."""

    kind: str
    body: Annotated[str, Field(max_length=100_000)]


class OpenedOut(Schema):
    """The case just opened."""

    id: UUID
    number: int


class AddedOut(Schema):
    """The entry just added."""

    id: UUID


_PROBLEMS = {400: Problem, 403: Problem, 404: Problem, 409: Problem}
_WRITTEN = ("message", "note", "call")


def _actor(request: HttpRequest) -> Actor:
    if not has_actor(request):
        raise MayNot("Sign in first.", action="cases.api")
    return request.actor


@router.get("/cases", response={200: CasesOut, **_PROBLEMS})
def list_cases(
    request: HttpRequest, view: str = views.DEFAULT, q: str = "", after: str = ""
) -> CasesOut:
    """A page of a standing view, narrowed by a typed filter."""
    page = queries.case_list(
        _actor(request),
        view=views.BY_SLUG.get(view, views.BY_SLUG[views.DEFAULT]),
        terms=filters.parse(q),
        after=after,
        now=clock.now(),
    )
    return CasesOut(cases=[_out(row) for row in page.rows], after=page.after)


@router.get("/cases/{int:number}", response={200: CaseDetail, **_PROBLEMS})
def get_case(request: HttpRequest, number: int) -> CaseDetail:
    """One case with its timeline."""
    actor = _actor(request)
    found = queries.case_by_number(actor, number)
    entries = [_entry(entry) for entry in queries.timeline(actor, found.id)]
    return CaseDetail(case=_out(queries.case_row(actor, found.id)), entries=entries)


@router.post("/cases", response={201: OpenedOut, **_PROBLEMS})
def create_case(request: HttpRequest, given: CaseIn) -> Status[OpenedOut]:
    """Open a case."""
    actor = _actor(request)
    new = NewCase(
        organisation_id=given.organisation_id,
        subject=given.subject,
        body=given.body,
        site_id=given.site_id,
        priority=given.priority if actor.is_provider else None,
        category=given.category,
        requester_id=None if actor.is_provider else actor.id,
        channel="api",
    )
    opened = operations.open_case(actor=actor, now=clock.now(), case=new)
    return Status(201, OpenedOut(id=opened.case_id, number=opened.number))


@router.post("/cases/{int:number}/entries", response={201: AddedOut, **_PROBLEMS})
def add_entry(request: HttpRequest, number: int, given: EntryIn) -> Status[AddedOut]:
    """Add a message, a note or a call."""
    actor = _actor(request)
    found: Case = queries.case_by_number(actor, number)
    kind = given.kind if given.kind in _WRITTEN else ""
    entry_id = operations.add_entry(
        actor=actor,
        now=clock.now(),
        case_id=found.id,
        entry=NewEntry(kind=kind, body=given.body),
    )
    return Status(201, AddedOut(id=entry_id))


def _out(row: CaseRow) -> CaseOut:
    return CaseOut(**{name: getattr(row, name) for name in CaseOut.model_fields})


def _entry(entry: Entry) -> EntryOut:
    return EntryOut(**{name: getattr(entry, name) for name in EntryOut.model_fields})
