"""A device's link went down: wait a while, then raise an alert."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.devices import alerts, contacts, hostile, restarts, tellings
from reachback.devices import facts as device_facts
from reachback.devices.models import Device
from reachback.kernel import facts, tenancy, timers

TIMER = contacts.TIMER


def lose_link(*, now: datetime, device_id: UUID, generation: int, reason: str) -> bool:
    """Mark the link lost; False when a newer link (a higher generation) is up already."""
    with (
        tenancy.every_organisation(reason="the front names the device by its id"),
        transaction.atomic(),
    ):
        device = Device.objects.select_for_update().filter(id=device_id).first()
        if device is None or device.generation != generation:
            return False
        if device.link_state != Device.LinkState.LINKED:
            return False
        device.link_state = Device.LinkState.LOST
        device.link_since = now
        device.last_seen = now
        device.save(update_fields=["link_state", "link_since", "last_seen"])
        timers.schedule(
            kind=TIMER,
            key=contacts.timer_key(device),
            due=_due(device, now),
            payload={"device": str(device.id), "generation": generation},
            now=now,
        )
        facts.publish(
            device_facts.DeviceLost(
                device_id=device.id,
                organisation_id=device.organisation_id,
                generation=generation,
                reason=hostile.text(reason, 200),
                occurred_at=now,
            ),
            now=now,
        )
        tellings.link_changed(device)
    return True


def _due(device: Device, now: datetime) -> datetime:
    """When somebody is told: a restart has its own limit, counted from its beginning."""
    restart = restarts.going(device)
    if restart is None:
        return now + restarts.PATIENCE
    return max(restart.began_at + restarts.expected(device).limit, now)


def not_back(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    """Raise the alert of a device that did not come back. The timer's handler."""
    with tenancy.every_organisation(reason="a timer acts for whoever owns the device"):
        device = Device.objects.select_for_update().filter(id=UUID(payload["device"])).first()
        if device is None or device.generation != payload["generation"]:
            return
        if device.link_state == Device.LinkState.RESTING:
            _missed(device, now=now)
            return
        if device.link_state != Device.LinkState.LOST:
            return
        restart = restarts.going(device)
        since = restart.began_at if restart else device.link_since or now
        words = (
            _("%(name)s did not come back from the restart that began at %(since)s UTC.")
            if restart
            else _("%(name)s has had no link since %(since)s UTC.")
        )
        sentence = words % {"name": device.name, "since": since.strftime("%H:%M")}
        cause = alerts.Cause(kind="lost", subject="lost", sentence=sentence, check_name=_("link"))
        alerts.raise_alert(device, cause, now=now, at=since)


def _missed(device: Device, *, now: datetime) -> None:
    """A contact did not take place: from now on it counts as a lost link does."""
    device.link_state = Device.LinkState.LOST
    device.save(update_fields=["link_state"])
    sentence = contacts.missed_sentence(device)
    cause = alerts.Cause(kind="lost", subject="lost", sentence=sentence, check_name=_("link"))
    alerts.raise_alert(device, cause, now=now, at=device.contact_next or now)
    tellings.link_changed(device)
