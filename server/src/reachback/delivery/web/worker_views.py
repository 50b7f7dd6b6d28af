"""The service worker: served from the root, because its scope is the folder of its address."""

from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from reachback.kernel.errors import NotFound

SCRIPT: Final = "ui/built/worker.js"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script for everybody; asked for anew each time, so that a new one is used at once."""
    response = HttpResponse(script(), content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache, max-age=0, must-revalidate"
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response


@cache
def script() -> bytes:
    """The built script. Raises NotFound when the browser's part was not built."""
    found = finders.find(SCRIPT)
    if not isinstance(found, str):
        raise NotFound(
            "delivery.no_worker",
            gettext("The browser's part is not built: run the build of the folder browser."),
        )
    return Path(found).read_bytes()
