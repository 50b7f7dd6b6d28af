"""One's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.kernel import clock
from reachback.kernel.errors import NotFound
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import operations, queries
from reachback.people.web.contexts import SettingsPage
from reachback.people.web.forms import SettingsForm, ThemeForm
from reachback.ui import pages


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: ActorRequest) -> HttpResponse:
    """Show and change name, zone, language, theme and keys."""
    if request.actor.id is None:
        raise NotFound("people.no_settings", _("There are no settings here."))
    person = queries.person(request.actor, request.actor.id)
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid():
            operations.change_settings(actor=request.actor, now=clock.now(), **form.cleaned_data)
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved."))
            return redirect("people:settings")
    else:
        form = SettingsForm(initial={n: getattr(person, n) for n in SettingsForm.base_fields})
    page = SettingsPage(title=_("Your settings"), form=form, email=person.email)
    return pages.render(request, "people/settings.html", page)


@require_POST
@signed_in
def theme(request: ActorRequest) -> HttpResponse:
    """Keep what the toggle in the top bar was set to; 204, or 400 for another word."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    operations.change_settings(
        actor=request.actor, now=clock.now(), theme=form.cleaned_data["theme"]
    )
    return HttpResponse(status=204)
