"""A customer reads the scripts it signed, and those it is asked to sign, word for word."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.access import queries, reading
from reachback.access.errors import NoSuchScript
from reachback.access.models import ScriptVersion
from reachback.access.reading import Reading
from reachback.access.scripts import clauses, signs, texts
from reachback.access.scripts.parameters import Parameter
from reachback.access.web import contract
from reachback.access.web.portal.contexts import ReadingPage, ReadingsPage
from reachback.access.web.scripts.files import file_of
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def scripts(request: ActorRequest) -> HttpResponse:
    """Every text the customer may read."""
    found = reading.readings(request.actor, contract.own(request.actor))
    page = ReadingsPage(
        title=_("Scripts"),
        in_force=[each for each in found if each.clauses],
        offered=[each for each in found if each.offer is not None and not each.clauses],
        earlier=[each for each in found if each.signed_before and each.offer is None],
        now=clock.now(),
    )
    return pages.render(request, "access/portal/scripts.html", page)


@require_safe
@signed_in
def script(request: ActorRequest, script_id: UUID, number: int) -> HttpResponse:
    """One version, with what differs from the one signed before."""
    organisation_id = contract.own(request.actor)
    found = reading.readings(request.actor, organisation_id)
    shown = reading.reading(request.actor, organisation_id, script_id, number)
    version = _version(shown)
    before = reading.signed_earlier(found, shown)
    told = signs.signs(version.text)
    differs = [] if before is None else texts.difference(before.text, version.text)
    page = ReadingPage(
        title=version.script.name,
        reading=shown,
        version=version,
        signs=told,
        numbers=signs.numbers(version.text),
        told=sum(each.told for each in told),
        before=before,
        difference=[replace(line, text=signs.told(line.text)) for line in differs],
        parameters=[Parameter.of(each) for each in version.parameters],
        others=[each for each in found if _sibling(each, version)],
        clause=clauses.clause(version.digest, number=_next_clause(request.actor, organisation_id)),
        crumbs=[
            (_("Contract"), reverse("access_portal:contract")),
            (_("Scripts"), reverse("access_portal:scripts")),
        ],
        now=clock.now(),
    )
    return pages.render(request, "access/portal/script.html", page)


@require_safe
@signed_in
def text(request: ActorRequest, script_id: UUID, number: int) -> HttpResponse:
    """The very bytes the digest is over."""
    organisation_id = contract.own(request.actor)
    shown = reading.reading(request.actor, organisation_id, script_id, number)
    return file_of(_version(shown))


def _version(shown: Reading) -> ScriptVersion:
    if shown.version is None:
        raise NoSuchScript
    return shown.version


def _sibling(each: Reading, version: ScriptVersion) -> bool:
    row = each.version
    return row is not None and row.script_id == version.script_id and row != version


def _next_clause(actor: Actor, organisation_id: UUID) -> int:
    row = queries.running_contract(actor, organisation_id)
    numbers = [] if row is None else [each.number for each in queries.parsed(row).clauses]
    return max(numbers, default=0) + 1
