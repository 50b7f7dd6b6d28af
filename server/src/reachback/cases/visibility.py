"""Which cases and entries an actor may know of, as querysets. Every read starts here."""

from typing import cast

from django.db.models import Q, QuerySet

from reachback.cases.models import Case, Entry
from reachback.kernel.actors import Actor


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """The cases the actor may see: by organisation, and by site where sites are named."""
    found = Case.objects.visible_to(actor)
    if actor.site_ids is not None:
        found = found.filter(Q(site_id__in=actor.site_ids) | Q(requester_id=actor.id))
    return cast("QuerySet[Case]", found)


def visible_entries(actor: Actor) -> QuerySet[Entry]:
    """The entries the actor may read of cases already seen; people of a customer see theirs."""
    found = Entry.objects.visible_to(actor)
    if not actor.is_provider:
        found = found.filter(visible_to_customer=True)
    return cast("QuerySet[Entry]", found)
