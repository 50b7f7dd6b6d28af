"""The Files page asks for a scan: the content is the body, as it is."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reachback.access import deciding, operations, queries
from reachback.access.models import AccessSession
from reachback.access.operations import ScanRequest
from reachback.access.scanning import looking
from reachback.access.scanning.errors import ScanTooLarge
from reachback.access.web.errors import spoken
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in

_BLOCK: Final = 1 << 16


@require_POST
@signed_in
@spoken
def scan(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Answer `{scan:{body, signatures}}`, or `{code, sentence}` where it may not go there."""
    length = str(request.META.get("CONTENT_LENGTH", ""))
    if length.isascii() and length.isdigit() and int(length) > looking.limit():
        raise ScanTooLarge(looking.limit())
    asked = ScanRequest(
        session_id=session_id, name=request.GET.get("name", ""), chunks=_pieces(request)
    )
    signed = operations.scan_file(actor=request.actor, now=clock.now(), request=asked)
    return JsonResponse({"scan": signed.to_json()})


def _pieces(request: ActorRequest) -> Iterator[bytes]:
    """The body as it comes, never as a whole in memory."""
    return iter(partial(request.read, _BLOCK), b"")


def plan(found: AccessSession) -> dict[str, Any] | None:
    """What the page needs for it; None where the contract asks for no scan."""
    if not deciding.scanner_of(queries.parsed(found.contract)):
        return None
    return {"url": reverse("access:scan", args=[found.id]), "limit": looking.limit()}


def texts() -> dict[str, str]:
    """The page's sentences about it."""
    return {
        "scanning_up": _("Being scanned: {sent} of {size} are with the scanner."),
        "scanned": _("Scanned by {engine}: nothing was found."),
        "scan_too_large": _(
            "The contract asks for a scan, and the scanner takes files of at most {limit}. "
            "Nothing was sent to the device."
        ),
        "retry": _("Try again"),
        "scan_saving": _("Being scanned before it is saved…"),
    }
