"""What Django shows when a request cannot be answered: what happened, what was kept, what to do."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from reachback.ui import pages
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class ErrorPage(PageContext):
    """One failure in words; `code` is for whoever is asked to help."""

    sentence: str
    status: int
    code: str


def _answer(
    request: HttpRequest, status: int, title: str, sentence: str, code: str
) -> HttpResponse:
    page = ErrorPage(title=title, sentence=sentence, status=status, code=code)
    return pages.render(request, "ui/error.html", page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what arrived made no sense; nothing was changed."""
    sentence = _("The request could not be understood. Nothing was changed; go back and try again.")
    return _answer(request, 400, _("That did not work"), sentence, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not for this."""
    sentence = _("Your account may not open this page. An administrator can change that.")
    return _answer(request, 403, _("Not for this account"), sentence, "forbidden")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was older than the sign-in, or came from another site."""
    sentence = _(
        "This form is too old to be sent. Nothing was changed; go back, reload and send again."
    )
    return _answer(request, 403, _("Please send that again"), sentence, "csrf")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or nothing this account may know of."""
    sentence = _("There is nothing at this address, or it is not yours to see.")
    return _answer(request, 404, _("Nothing here"), sentence, "not_found")


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. Asks neither the database nor the session, which may be what is broken."""
    return HttpResponse(render_to_string("ui/broken.html"), status=500)
