"""What the front asks the whole installation: who somebody is, and whether the web is ready."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, parse_cookie
from django.urls import path
from django.utils.translation import gettext as _

from reachback.kernel.actors import Actor
from reachback.kernel.errors import ReachbackError
from reachback.kernel.front_calls import from_front
from reachback.kernel.nudges import PROVIDER
from reachback.people.queries import actor_for

_LONGEST_COOKIE = 16 * 1024


class NobodySignedIn(ReachbackError):
    """The cookie belongs to no live session of an active person."""

    status = 401

    def __init__(self) -> None:
        super().__init__("nobody", _("Sign in first."))


def audience_of(actor: Actor) -> list[str]:
    """Return the audience keys of what may be pushed to this person.

    An agent who may see some customers only gets those customers' keys instead of `provider`
    (`provider:ID` for what agents are shown about customer ID), and a person bound to sites only
    what is addressed to them: a live update carries finished HTML.
    """
    keys = {f"user:{actor.id}"}
    if actor.sees_everything:
        keys |= {PROVIDER, f"org:{actor.organisation_id}"}
    elif actor.site_ids is None:
        keys |= {f"org:{each}" for each in actor.visible_organisations()}
        if actor.is_provider:
            keys |= {f"{PROVIDER}:{each}" for each in actor.visible_organisations()}
    return sorted(keys)


@from_front
def who(question: dict[str, Any]) -> dict[str, Any]:
    """Say who is behind a Cookie header."""
    cookies = parse_cookie(str(question["cookie"])[:_LONGEST_COOKIE])
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        raise NobodySignedIn
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    actor = actor_for(get_user(request))
    if actor is None:
        raise NobodySignedIn
    return {"user": str(actor.id), "name": actor.name, "audience": audience_of(actor)}


def ready(_request: HttpRequest) -> HttpResponse:
    """Say that the web process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ready": True})


app_name = "front_door"
urlpatterns = [
    path("who", who, name="who"),
    path("ready", ready, name="ready"),
]
