"""The installation's one API (OpenAPI 3.1 at /api/openapi.json), made of the rooms' routers."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from reachback.cases.api import router as cases
from reachback.kernel import troubles
from reachback.kernel.errors import DatabaseBusy, ReachbackError

api = NinjaAPI(title="Reachback", version="1", urls_namespace="api", docs_url=None)
api.add_router("", cases)


@api.exception_handler(ReachbackError)
def problem(request: HttpRequest, error: ReachbackError) -> HttpResponse:
    """Every known error as its code and sentence, with its status."""
    answer = {"code": error.code, "sentence": error.sentence}
    return api.create_response(request, answer, status=error.status)


@api.exception_handler(OperationalError)
def database(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """A locked database is a known error, too; any other is not."""
    if not troubles.is_locked(error):
        raise error
    return problem(request, DatabaseBusy())
