"""Headers every page carries: what the browser may load, and who may look at it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reachback.ui.content_policy import POLICY

_OTHERS = {
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Middleware: a strict content policy, no inline script or style, and no foreign frames.

    A view may set a policy of its own first (a sandboxed frame for mail); it is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in {"Content-Security-Policy": POLICY, **_OTHERS}.items():
            response.headers.setdefault(name, value)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
