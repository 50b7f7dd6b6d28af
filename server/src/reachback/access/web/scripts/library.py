"""The script library: the list, one script with its versions, retiring and undoing that."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reachback.access import library, operations, policy
from reachback.access.models import Script, ScriptVersion
from reachback.access.scripts import clauses, texts
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.scripts.contexts import ScriptPage, ScriptsPage
from reachback.access.web.scripts.files import file_of
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.ui import pages
from reachback.ui.doors import agents_only

_RUNS = 10


@require_safe
@agents_only
def scripts(request: ActorRequest) -> HttpResponse:
    """The library, by name."""
    search = request.GET.get("q", "")[:100]
    retired = request.GET.get("retired") == "1"
    parts = request.GET.get("parts") == "1"
    page = ScriptsPage(
        title=_("Scripts"),
        versions=list(library.newest(request.actor, search, retired=retired, parts=parts)),
        search=search,
        retired=retired,
        parts=parts,
        may_keep=policy.may_keep_scripts(request.actor),
        now=clock.now(),
    )
    return pages.render(request, "access/scripts/list.html", page)


@require_safe
@agents_only
def script(request: ActorRequest, script_id: UUID) -> HttpResponse:
    """One script, at its newest version."""
    return _show(request, library.version(request.actor, script_id))


@require_safe
@agents_only
def version(request: ActorRequest, script_id: UUID, number: int) -> HttpResponse:
    """One version, and how it differs from the one before it or the one `?with=` names."""
    return _show(request, library.version(request.actor, script_id, number))


def _show(request: ActorRequest, shown: ScriptVersion) -> HttpResponse:
    actor = request.actor
    every = library.versions(actor, shown.script_id)
    before = _before(request, shown, every)
    runs = library.runs(actor).filter(version__script_id=shown.script_id)
    page = ScriptPage(
        title=shown.script.name,
        script=shown.script,
        version=shown,
        versions=every,
        parameters=[Parameter.of(each) for each in shown.parameters],
        before=before,
        difference=[] if before is None else texts.difference(before.text, shown.text),
        clause=clauses.clause(shown.digest),
        runs=list(runs[:_RUNS]),
        may_keep=policy.may_keep_scripts(actor),
        now=clock.now(),
    )
    return pages.render(request, "access/scripts/script.html", page)


def _before(
    request: ActorRequest, shown: ScriptVersion, every: Sequence[ScriptVersion]
) -> ScriptVersion | None:
    asked = request.GET.get("with", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else shown.number - 1
    return next((each for each in every if each.number == number and each != shown), None)


@require_safe
@agents_only
def text(request: ActorRequest, script_id: UUID, number: int) -> HttpResponse:
    """The very bytes the digest is over, as a file: `sha256sum` says the same number."""
    found = library.version(request.actor, script_id, number)
    return file_of(found)


@require_POST
@agents_only
def retire(request: ActorRequest, script_id: UUID) -> HttpResponse:
    """Do not offer it any more; can be undone."""
    row = _switch(request, script_id, retired=True)
    undo = reverse("access:restore_script", args=[row.id])
    words = _("%(name)s is retired. Runs stay on record.") % {"name": row.name}
    messages.success(request, words, extra_tags=undo)
    return redirect("access:scripts")


@require_POST
@agents_only
def restore(request: ActorRequest, script_id: UUID) -> HttpResponse:
    """Offer it again."""
    row = _switch(request, script_id, retired=False)
    messages.success(request, _("%(name)s is offered again.") % {"name": row.name})
    return redirect("access:script", script_id=row.id)


def _switch(request: ActorRequest, script_id: UUID, *, retired: bool) -> Script:
    return operations.retire_script(
        actor=request.actor, now=clock.now(), script_id=script_id, retired=retired
    )
