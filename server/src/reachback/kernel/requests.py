"""The request as our views see it: with its actor."""

from typing import TypeGuard

from django.http import HttpRequest

from reachback.kernel.actors import Actor


class ActorRequest(HttpRequest):
    """A request of a signed-in person; the middleware of `people` sets `actor`."""

    actor: Actor


def has_actor(request: HttpRequest) -> TypeGuard[ActorRequest]:
    """Whether somebody is signed in on this request."""
    return isinstance(getattr(request, "actor", None), Actor)
