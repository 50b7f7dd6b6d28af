"""Who asks, in which zone and language, and how they want pages to look."""

from collections.abc import Callable
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from reachback.people import queries
from reachback.people.models import User
from reachback.ui.contexts import Preferences

_MINUTE = 60


class SignedInDevices:
    """Notes where somebody is signed in, to the minute: writing at every page costs a lock each.

    A browser or address not seen in this session before is noted at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        kept = request.session.session_key
        if kept and request.user.is_authenticated:
            agent = request.headers.get("User-Agent", "")
            seen = f"{kept} {get_adapter().get_client_ip(request)} {agent}"
            name = f"signed-in-device:{sha256(seen.encode()).hexdigest()}"
            if cache.add(name, value=True, timeout=_MINUTE):
                UserSession.objects.create_from_request(request)
        return self._get_response(request)


class ActorMiddleware:
    """Sets `request.actor` (None for a visitor, else read on first use), zone and language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            request.actor = None  # type: ignore[attr-defined]
            with timezone.override(None):
                return self._get_response(request)
        request.actor = SimpleLazyObject(lambda: queries.actor_for(user))  # type: ignore[attr-defined]
        request.preferences = Preferences(  # type: ignore[attr-defined]
            theme=user.theme, single_keys=user.single_keys
        )
        with timezone.override(zone_or_utc(user.zone)), translation.override(user.language):
            request.LANGUAGE_CODE = translation.get_language() or "en"
            response = self._get_response(request)
        response.headers["Content-Language"] = user.language
        return response


def zone_or_utc(name: str) -> ZoneInfo:
    """The zone, or UTC when the installed database does not know it any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
