"""The first page of a demo: the story for a visitor, their own home for everybody signed in."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect


class StoryFirst:
    """Middleware of a demo: a visitor who asks for `/` is told the story."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/" and not request.user.is_authenticated:
            return redirect("demo-first")
        return self._get_response(request)
