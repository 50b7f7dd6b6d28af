"""Messages to people: the device you wait for is in contact."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from reachback.delivery import operations as delivery
from reachback.delivery.slots import MessageKind
from reachback.devices import contacts
from reachback.devices.facts import DeviceLinked
from reachback.devices.models import Expectation
from reachback.kernel.actors import system

HERE = "device.here"
_ACTOR = system("devices.notices")


def kinds() -> Sequence[MessageKind]:
    """What devices send, for everybody's preferences."""
    return (
        MessageKind(
            kind=HERE,
            label=_("A device you wait for is in contact"),
            about=_("After Connect on a device that is in contact at stated times only."),
            audience="provider",
        ),
    )


def tell_who_waits(fact: DeviceLinked, *, fact_id: UUID, now: datetime) -> None:
    """Everybody who waits for the device learns that it is there, once."""
    rows: QuerySet[Expectation] = Expectation.objects.visible_to(_ACTOR)
    waiting = rows.select_for_update(of=("self",)).select_related("person", "device")
    for row in waiting.filter(device_id=fact.device_id, told_at=None):
        row.told_at = now
        row.save(update_fields=["told_at"])
        if row.person.is_active and not row.person.sample:
            _tell(row, now)


def _tell(row: Expectation, now: datetime) -> None:
    with translation.override(row.person.language):
        names = {"device": row.device.name, "often": contacts.in_words(row.device)}
        delivery.send(
            actor=_ACTOR,
            now=now,
            person_id=row.person_id,
            kind=HERE,
            subject=_("%(device)s is in contact now") % names,
            text=_("%(device)s, which you wait for, is in contact now (%(often)s). Connect soon.")
            % names,
            href=row.href,
            idempotency_key=f"{HERE}:{row.id}",
        )
