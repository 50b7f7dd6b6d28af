"""Who may open the pages of the desk."""

from django.utils.translation import gettext as _

from reachback.cases.errors import MayNot
from reachback.kernel.requests import ActorRequest


def require_agent(request: ActorRequest) -> None:
    """Raise MayNot for everybody who is not of the provider."""
    if not request.actor.is_provider:
        raise MayNot(_("This page is for agents."), action="cases.desk")
