"""The request as our views see it: with its actor."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeGuard

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reachback.kernel.actors import Actor

P = ParamSpec("P")


class ActorRequest(HttpRequest):
    """A request of a signed-in person; the middleware of `people` sets `actor`."""

    actor: Actor


def has_actor(request: HttpRequest) -> TypeGuard[ActorRequest]:
    """Whether somebody is signed in on this request."""
    return isinstance(getattr(request, "actor", None), Actor)


def signed_in(
    view: Callable[Concatenate[ActorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a view run for signed-in people only; a visitor is sent to sign in and comes back."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if has_actor(request):
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    update_wrapper(guarded, view)
    return guarded
