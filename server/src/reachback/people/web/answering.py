"""What a write refuses is said beside the field it is about; what was typed stays."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.kernel.actors import Actor
from reachback.kernel.errors import ReachbackError
from reachback.people import errors
from reachback.people.models import Organisation
from reachback.people.web.contexts import Crumb

T = TypeVar("T")


def attempt(form: forms.Form, write: Callable[[], T], *, unique: str = "name") -> T | None:
    """Run the write; None when it was refused and the form now says why."""
    try:
        return write()
    except errors.AlreadyTaken as refusal:
        form.add_error(unique, _("%(why)s Choose another.") % {"why": refusal.sentence})
    except (errors.LastAdministrator, errors.RoleDoesNotFit) as refusal:
        form.add_error("roles" if "roles" in form.fields else None, refusal.sentence)
    except errors.NotInOrganisation as refusal:
        form.add_error(None, refusal.sentence)
    return None


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is empty (every box unticked); None when nothing was."""
    return request.POST if request.method == "POST" else None


def said(request: HttpRequest, words: str, *, undo: str = "") -> None:
    """A toast on the next page; `undo` is where its button posts."""
    messages.success(request, words, extra_tags=undo)


def refused(request: HttpRequest, refusal: ReachbackError) -> None:
    """A toast that says why nothing was changed."""
    messages.error(request, str(refusal.sentence))


def home_of(actor: Actor, organisation: Organisation) -> str:
    """Where this actor looks at the organisation: its page, or one's own people in the portal."""
    if actor.is_provider:
        return reverse("people:organisation", args=[organisation.id])
    return reverse("people_portal:people")


def crumbs(actor: Actor, organisation: Organisation) -> list[Crumb]:
    """The way to the organisation."""
    here = Crumb(label=organisation.name, href=home_of(actor, organisation))
    if not actor.is_provider:
        return [here]
    return [Crumb(label=_("Customers"), href=reverse("people:organisations")), here]


def back_to(actor: Actor, organisation: Organisation) -> HttpResponse:
    """Send the browser there."""
    return redirect(home_of(actor, organisation))
