"""Connect on a device in contact on demand: judged for the time it comes, then waited for."""

from datetime import datetime

from django.urls import reverse

from reachback.access import deciding
from reachback.access.deciding import Matter, Wish
from reachback.access.errors import AccessRefused, DeviceExpected
from reachback.devices import contacts
from reachback.devices import operations as device_operations
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor


def expected(matter: Matter) -> bool:
    """Whether the device is away and comes by itself."""
    return contacts.expected(matter.device)


def has_left(actor: Actor, matter: Matter) -> bool:
    """Whether the device has just said that it leaves."""
    return contacts.expected(devices.device(actor, matter.device.id))


def moment(matter: Matter, now: datetime) -> datetime:
    """When a session could begin: now, or when the device is expected."""
    coming = matter.device.contact_next
    return max(now, coming) if expected(matter) and coming is not None else now


def wait(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> DeviceExpected:
    """Queue the actor's Connect; return what is said. AccessRefused: not even then."""
    decision = deciding.decide(actor, matter, wish, moment(matter, now))
    if not decision.allowed:
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    device_operations.expect_device(
        actor=actor, now=now, device_id=matter.device.id, href=_href(actor, matter)
    )
    device = devices.device(actor, matter.device.id)
    return DeviceExpected(contacts.expected_sentence(device, actor.zone))


def _href(actor: Actor, matter: Matter) -> str:
    if matter.case is None:
        return reverse("devices:detail", args=[matter.device.id])
    return reverse("cases:case", args=[matter.case.number])
