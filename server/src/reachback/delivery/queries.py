"""Reading deliveries."""

from django.db.models import QuerySet

from reachback.delivery.models import Address, Channel, Delivery, Preference
from reachback.kernel.actors import Actor


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    """What was sent to people the actor may see; customers' people see only their own."""
    found: QuerySet[Delivery] = Delivery.objects.visible_to(actor)
    return found if actor.is_provider else found.filter(person_id=actor.id)


def failed(actor: Actor) -> int:
    """How many messages could not be delivered and are not tried again."""
    return deliveries(actor).filter(state=Delivery.State.FAILED).count()


def browsers(actor: Actor) -> QuerySet[Address]:
    """One's own push subscriptions that still work."""
    found: QuerySet[Address] = Address.objects.visible_to(actor)
    return found.filter(person_id=actor.id, channel=Channel.PUSH, gone_at=None)


def unwanted(actor: Actor) -> frozenset[tuple[str, str]]:
    """The (kind, channel) pairs one has switched off."""
    rows = Preference.objects.filter(person_id=actor.id, wanted=False)
    return frozenset(rows.values_list("kind", "channel"))
