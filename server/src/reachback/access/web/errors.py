"""Answering programs (the browser islands) with `{code, sentence}` instead of a page."""

import json
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from reachback.kernel.errors import ReachbackError
from reachback.kernel.requests import ActorRequest

P = ParamSpec("P")
_LARGEST = 64 * 1024


class Malformed(ReachbackError):
    """The question is not JSON, or lacks a member."""

    def __init__(self) -> None:
        super().__init__("malformed", _("The question cannot be read."))


def spoken(
    view: Callable[Concatenate[ActorRequest, P], HttpResponse],
) -> Callable[Concatenate[ActorRequest, P], HttpResponseBase]:
    """Turn a ReachbackError of the view into JSON."""

    def answering(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ReachbackError as error:
            said: dict[str, Any] = {"code": error.code, "sentence": error.sentence}
            clause = getattr(error, "clause", 0)
            return JsonResponse(said | ({"clause": clause} if clause else {}), status=error.status)

    update_wrapper(answering, view)
    return answering


def question(request: ActorRequest) -> dict[str, str]:
    """Return the posted JSON object's members as text; raise Malformed."""
    if len(request.body) > _LARGEST:
        raise Malformed
    try:
        value = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(value, dict):
        raise Malformed
    return {str(name): str(each) for name, each in value.items()}
