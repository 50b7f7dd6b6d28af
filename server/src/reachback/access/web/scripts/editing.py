"""Writing a script and its next version. What was typed stays, whatever is wrong with it."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reachback.access import library, operations, policy
from reachback.access.errors import MayNotKeepScripts, NoSuchScript, ScriptNameTaken, ScriptRefused
from reachback.access.models import Script, ScriptVersion
from reachback.access.scripts import parameters as typed
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.scripts import forms
from reachback.access.web.scripts.contexts import ScriptFormPage
from reachback.access.web.scripts.forms import ParameterForm, ScriptForm
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.errors import Conflict
from reachback.kernel.requests import ActorRequest
from reachback.people import queries as people
from reachback.ui import pages
from reachback.ui.doors import agents_only

_MORE = 3


@require_http_methods(["GET", "POST"])
@agents_only
def new(request: ActorRequest) -> HttpResponse:
    """Write a script."""
    _check(request.actor)
    owner = people.provider()
    if owner is None:
        raise NoSuchScript

    def write(form: ScriptForm, parameters: Sequence[Parameter]) -> Script:
        return operations.create_script(
            actor=request.actor,
            now=clock.now(),
            organisation_id=owner.id,
            name=form.cleaned_data["name"],
            about=form.cleaned_data["about"],
            purpose=form.cleaned_data["purpose"],
            version=form.version(parameters),
        )

    return _edit(request, None, write)


@require_http_methods(["GET", "POST"])
@agents_only
def edit(request: ActorRequest, script_id: UUID) -> HttpResponse:
    """Write the next version of a script."""
    present = library.version(request.actor, script_id)
    _check(request.actor)

    def write(form: ScriptForm, parameters: Sequence[Parameter]) -> Script:
        return operations.change_script(
            actor=request.actor,
            now=clock.now(),
            script_id=script_id,
            based_on=form.cleaned_data["based_on"] or 0,
            name=form.cleaned_data["name"],
            about=form.cleaned_data["about"],
            purpose=form.cleaned_data["purpose"],
            version=form.version(parameters),
        )

    return _edit(request, present, write)


def _check(actor: Actor) -> None:
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts


def _edit(
    request: ActorRequest,
    present: ScriptVersion | None,
    write: Callable[[ScriptForm, Sequence[Parameter]], Script],
) -> HttpResponse:
    if request.method != "POST":
        initial = {} if present is None else forms.of_version(present)
        kept = [] if present is None else [Parameter.of(each) for each in present.parameters]
        return _page(request, present, ScriptForm(initial=initial), forms.rows_of(kept))
    form, rows = ScriptForm(request.POST), forms.rows_posted(request.POST)
    if "more" in request.POST:
        return _page(request, present, form, _more(request, rows), status=200)
    good = [each.is_valid() for each in (form, *rows)]  # every one, so that each says its errors
    if all(good):
        saved = _write(form, rows, write)
        if saved is not None:
            messages.success(request, _saved_words(saved, present))
            return redirect("access:script", script_id=saved.id)
    return _page(request, present, form, rows, status=400)


def _write(
    form: ScriptForm,
    rows: Sequence[ParameterForm],
    write: Callable[[ScriptForm, Sequence[Parameter]], Script],
) -> Script | None:
    """Run the write; None when it was refused and the form now says why."""
    parameters = [row.parameter() for row in rows if not row.is_blank]
    try:
        return write(form, parameters)
    except ScriptNameTaken as refused:
        form.add_error("name", refused.sentence)
    except ScriptRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
    except Conflict as refused:
        form.add_error(None, refused.sentence)
    return None


def _saved_words(saved: Script, present: ScriptVersion | None) -> str:
    names = {"name": saved.name, "n": saved.latest}
    if present is None:
        return _("%(name)s is in the library. A customer has to allow its digest.") % names
    if saved.latest == present.number:
        return _("Saved. The text is the same, so version %(n)s stays.") % names
    words = _("Version %(n)s of %(name)s. A customer has to allow its digest before it runs.")
    return words % names


def _more(request: ActorRequest, rows: Sequence[ParameterForm]) -> list[ParameterForm]:
    count = min(len(rows) + _MORE, typed.MOST)
    return [ParameterForm(request.POST, prefix=f"p{n}") for n in range(count)]


def _page(
    request: ActorRequest,
    present: ScriptVersion | None,
    form: ScriptForm,
    rows: Sequence[ParameterForm],
    status: int = 200,
) -> HttpResponse:
    home = reverse("access:scripts")
    crumbs = [(_("Scripts"), home)]
    if present is not None:
        home = reverse("access:script", args=[present.script_id])
        crumbs.append((present.script.name, home))
    page = ScriptFormPage(
        title=_("New script") if present is None else _("Next version"),
        script=None if present is None else present.script,
        form=form,
        rows=rows,
        crumbs=crumbs,
        submit=_("Keep it") if present is None else _("Make the version"),
        lead=_lead(present),
        back_href=home,
        may_add_rows=len(rows) < typed.MOST,
    )
    return pages.render(request, "access/scripts/form.html", page, status=status)


def _lead(present: ScriptVersion | None) -> str:
    if present is None:
        return _("It runs nowhere until a customer's contract allows its digest.")
    words = _("Version %(n)s stays as it is: another text has another digest.")
    return words % {"n": present.number}
