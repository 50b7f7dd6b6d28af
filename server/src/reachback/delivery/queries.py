"""Reading deliveries."""

from uuid import UUID

from django.db.models import Count, QuerySet

from reachback.delivery import errors
from reachback.delivery.models import Address, Channel, Delivery, Preference
from reachback.kernel.actors import Actor


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    """What was sent to people the actor may see; customers' people see only their own."""
    found: QuerySet[Delivery] = Delivery.objects.visible_to(actor)
    return found if actor.is_provider else found.filter(person_id=actor.id)


def failed(actor: Actor) -> int:
    """How many messages could not be delivered and are not tried again."""
    return deliveries(actor).filter(state=Delivery.State.FAILED).count()


def delivery(actor: Actor, delivery_id: UUID) -> Delivery:
    """One of them; NoSuchDelivery if it is not there or not the actor's to see."""
    found = deliveries(actor).filter(id=delivery_id).first()
    if found is None:
        raise errors.NoSuchDelivery(delivery_id)
    return found


def counts(actor: Actor) -> dict[str, int]:
    """How many of them are in each state."""
    rows = deliveries(actor).order_by().values_list("state").annotate(number=Count("id"))
    return dict(rows)


def browsers(actor: Actor) -> QuerySet[Address]:
    """One's own push subscriptions that still work."""
    found: QuerySet[Address] = Address.objects.visible_to(actor)
    return found.filter(person_id=actor.id, channel=Channel.PUSH, gone_at=None)


def unwanted(actor: Actor) -> frozenset[tuple[str, str]]:
    """The (kind, channel) pairs one has switched off."""
    rows = Preference.objects.filter(person_id=actor.id, wanted=False)
    return frozenset(rows.values_list("kind", "channel"))
