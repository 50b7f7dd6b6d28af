"""Doors before views: signed in at all, and on whose side of the contract."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from reachback.kernel.errors import NotPermitted
from reachback.kernel.requests import ActorRequest, has_actor

P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponse]
Open = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> Open[P]:
    """Send a visitor to the sign-in page and bring them back afterwards."""

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not has_actor(request):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast("Open[P]", door)


def agents_only(view: View[P]) -> Open[P]:
    """The same, and refuse customers' people: the provider's workspace."""

    def inner(request: ActorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.actor.is_provider:
            raise NotPermitted("ui.agents_only", gettext("This page is for the support team."))
        return view(request, *args, **kwargs)

    return signed_in(wraps(view)(inner))
