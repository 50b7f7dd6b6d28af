"""POST /devices/enrol: what a connector asks for, without a cookie (docs/protocols/enrol.md)."""

import json
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reachback.devices.errors import EnrolmentRefused
from reachback.devices.operations import EnrolmentRequest, enrol
from reachback.devices.slots import keysets_for_enrolment
from reachback.kernel import clock
from reachback.kernel.errors import ReachbackError

_LARGEST = 8 * 1024


class Malformed(ReachbackError):
    """The request is not what docs/protocols/enrol.md describes."""

    def __init__(self) -> None:
        super().__init__("malformed", _("The enrolment request cannot be read."))


def _request(body: bytes) -> EnrolmentRequest:
    if len(body) > _LARGEST:
        raise Malformed
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    known = {field.name for field in fields(EnrolmentRequest)}
    if not isinstance(value, dict) or not set(value) <= known or not {"token", "key"} <= set(value):
        raise Malformed
    if not all(isinstance(each, str) for each in value.values()):
        raise Malformed
    return EnrolmentRequest(**value)


def link_url(request: HttpRequest) -> str:
    """Return the address of the device link on the host this request came to."""
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{request.get_host()}/-/link/device"


@csrf_exempt
@require_POST
def enrol_device(request: HttpRequest) -> JsonResponse:
    """Enrol a device with a one-time token."""
    try:
        asked = _request(request.body)
        remote = request.headers.get("X-Forwarded-For", request.META.get("REMOTE_ADDR", ""))
        made = enrol(now=clock.now(), request=asked, remote=remote)
    except (EnrolmentRefused, Malformed) as error:
        return JsonResponse({"code": error.code, "sentence": error.sentence}, status=error.status)
    keysets: list[dict[str, Any]] = []
    for answer in keysets_for_enrolment.answers():
        keysets.extend(answer(made.organisation_id)[0])
    return JsonResponse(
        {
            "device": str(made.device_id),
            "name": made.name,
            "organisation": str(made.organisation_id),
            "organisation_name": made.organisation_name,
            "node": settings.REACHBACK_NODE,
            "link_url": link_url(request),
            "keysets": keysets,
        },
        status=201,
    )
