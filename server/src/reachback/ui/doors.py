"""A door before the workspace's pages: the provider's people only."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from reachback.kernel.errors import NotPermitted
from reachback.kernel.requests import ActorRequest, signed_in

P = ParamSpec("P")


def agents_only(
    view: Callable[Concatenate[ActorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Like `signed_in`, and refuse customers' people with a sentence (403)."""

    def inner(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.actor.is_provider:
            raise NotPermitted("ui.agents_only", gettext("This page is for the support team."))
        return view(request, *args, **kwargs)

    update_wrapper(inner, view)
    return signed_in(inner)
