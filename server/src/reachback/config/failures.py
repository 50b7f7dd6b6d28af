"""Errors that carry a sentence become a page, or JSON for programs, with the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import select_template

from reachback.kernel import troubles
from reachback.kernel.errors import DatabaseBusy, ReachbackError


class SpokenErrors:
    """Middleware: turns ReachbackError into an answer a person, or a program, understands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a ReachbackError; leave every other exception to Django."""
        if troubles.is_locked(error):
            error = DatabaseBusy()
        if not isinstance(error, ReachbackError):
            return None
        if _wants_json(request):
            answer = {"code": error.code, "sentence": error.sentence}
            return JsonResponse(answer, status=error.status)
        template = select_template(["ui/error.html", "config/error.html"])
        context = {
            "title": error.sentence,
            "code": error.code,
            "sentence": error.sentence,
            "status": error.status,
        }
        return HttpResponse(template.render(context, request), status=error.status)


def _wants_json(request: HttpRequest) -> bool:
    if request.path.startswith(("/-/", "/api/")):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
