"""The contract's versions with who signed when, and what a draft would have refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.access import governing, queries
from reachback.access.drafting import comparing, dry_run, facts, shapes
from reachback.access.drafting.comparing import Change
from reachback.access.models import ContractDocument
from reachback.access.web import contract
from reachback.access.web.contexts import KeyLine
from reachback.access.web.drafting import showing
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback.ui.contexts import PageContext
from reachback_wire import documents as wire
from reachback_wire import signing


@dataclass(frozen=True, kw_only=True)
class Version:
    """One published contract; `first`: nothing was before it, so that all of it is new."""

    row: ContractDocument
    signers: Sequence[KeyLine]
    changes: Sequence[Change]
    first: bool


@dataclass(frozen=True, kw_only=True)
class HistoryPage(PageContext):
    """Every version, newest first."""

    versions: Sequence[Version]
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class DryRunPage(PageContext):
    """What the draft would have refused of what was really asked."""

    found: dry_run.DryRun
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@require_safe
@signed_in
def history(request: ActorRequest) -> HttpResponse:
    """Versions of the contract, each with what differs from the one before."""
    organisation_id, now = contract.own(request.actor), clock.now()
    around = facts.surroundings(request.actor, organisation_id, now)
    rows = queries.contracts(request.actor, organisation_id)
    names = _names([wire.Keyset.parse(each.body) for each in _keysets(request, around)])
    versions = []
    for n, row in enumerate(rows):
        before = queries.parsed(rows[n + 1]) if n + 1 < len(rows) else None
        found = comparing.changes(before, queries.parsed(row)) if before else ()
        called = [replace(each, sentence=around.spoken(each.sentence)) for each in found]
        signers = _signers(row, names)
        versions.append(Version(row=row, signers=signers, changes=called, first=before is None))
    page = HistoryPage(
        title=_("History of the contract"),
        versions=versions,
        crumbs=showing.crumbs(),
        now=now,
    )
    return pages.render(request, "access/drafting/history.html", page)


def _keysets(request: ActorRequest, around: facts.Surroundings) -> Sequence[queries.KeptDocument]:
    return queries.keysets(request.actor, around.organisation_id)


def _names(keysets: Sequence[wire.Keyset]) -> dict[str, str]:
    """Whose each key was, by its fingerprint; the newest keyset's word counts."""
    return {signing.fingerprint(key.key): key.name for each in keysets for key in each.keys}


def _signers(row: ContractDocument, names: dict[str, str]) -> Sequence[KeyLine]:
    lines = {signing.signer(each) for each in governing.kept(row).signatures}
    marks = sorted(signing.fingerprint(line) for line in lines)
    return [KeyLine(name=names.get(mark, ""), roles="", fingerprint=mark) for mark in marks]


@require_safe
@signed_in
def past(request: ActorRequest) -> HttpResponse:
    """The draft, asked about everything of the last 90 days."""
    organisation_id, now = contract.own(request.actor), clock.now()
    row = showing.draft_of(request.actor, organisation_id)
    around = facts.surroundings(request.actor, organisation_id, now)
    drafted = shapes.sound_contract(row.value, organisation=str(organisation_id), now=around.now)
    found = dry_run.dry_run(request.actor, organisation_id, drafted, now)
    called = [replace(each, sentence=around.spoken(each.sentence)) for each in found.refused]
    page = DryRunPage(
        title=_("What it would have refused"),
        found=replace(found, refused=called),
        crumbs=showing.crumbs((_("Draft"), reverse("access_portal:draft"))),
        now=now,
    )
    return pages.render(request, "access/drafting/dry_run.html", page)
