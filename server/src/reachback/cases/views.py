"""The standing views of the queue: names, conditions, order. Pure but for Django's Q."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reachback.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One entry of the queue's rail. `finished` views are ordered by their last change."""

    slug: str
    name: str | Promise
    icon: str
    about: str | Promise
    key: str = ""
    finished: bool = False
    tone: str = ""


VIEWS = (
    View(
        slug="open",
        name=_("All open"),
        icon="queue",
        about=_("Every case that is not finished, the most urgent first."),
    ),
    View(
        slug="unassigned",
        name=_("Unassigned"),
        icon="new",
        about=_("Cases that no team and nobody has yet."),
    ),
    View(
        slug="urgent",
        name=_("Urgent"),
        icon="urgent",
        about=_("Open cases of priority 1."),
        tone="red",
    ),
    View(slug="mine", name=_("Mine"), icon="person", about=_("Open cases given to you.")),
    View(
        slug="team",
        name=_("My team"),
        icon="team",
        about=_("Open cases of the teams you are in."),
    ),
    View(
        slug="resolved",
        name=_("Resolved"),
        icon="ok",
        about=_("Finished cases, the latest first."),
        finished=True,
    ),
)
BY_SLUG = {view.slug: view for view in VIEWS}
DEFAULT = "open"


def condition(view: View, actor: Actor) -> Q:
    """The rows of the view for this actor."""
    if view.finished:
        return Q(is_open=False)
    found = Q(is_open=True)
    if view.slug == "unassigned":
        return found & Q(team=None, assignee=None)
    if view.slug == "urgent":
        return found & Q(priority=1)
    if view.slug == "mine":
        return found & Q(assignee_id=actor.id)
    if view.slug == "team":
        return found & Q(team_id__in=actor.team_ids)
    return found


def live_names(view: View, actor: Actor) -> str:
    """What a live row must match to stand in this view, separated by spaces (see `views_of`)."""
    if view.slug == "mine":
        return f"user:{actor.id}"
    if view.slug == "team":
        return " ".join(f"team:{team}" for team in sorted(actor.team_ids, key=str)) or "no-team"
    return view.slug
