"""A device that restarts: when it began, when it was back, how long that takes it usually."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import QuerySet

from reachback.audit.operations import record
from reachback.devices.models import Device, Restart
from reachback.kernel import actors

#: How long a device may be away before somebody is told. A restart usually takes less.
PATIENCE = timedelta(minutes=5)
LONGEST = timedelta(minutes=30)
_TIMES = 3
_REMEMBERED = 5


@dataclass(frozen=True)
class Expected:
    """How long a restart takes this device, from its earlier ones; None before the first.

    After `limit` it counts as not back: an alert is raised.
    """

    usual: timedelta | None
    limit: timedelta


def expected(device: Device) -> Expected:
    """Judge by the newest restarts that ended: the median, and three times the longest."""
    found: QuerySet[Restart] = Restart.objects.filter(device=device, back_at__isnull=False)
    lengths = [
        (each.back_at - each.began_at).total_seconds()
        for each in found.order_by("-began_at")[:_REMEMBERED]
        if each.back_at is not None
    ]
    if not lengths:
        return Expected(None, PATIENCE)
    limit = min(max(PATIENCE, timedelta(seconds=_TIMES * max(lengths))), LONGEST)
    return Expected(timedelta(seconds=median(lengths)), limit)


def begin(device: Device, boot: str, *, now: datetime) -> None:
    """Note that the device said it goes down. A word about another boot than this one is late."""
    if not boot or boot != device.boot:
        return
    Restart.objects.get_or_create(
        organisation_id=device.organisation_id,
        device=device,
        boot=boot,
        defaults={"began_at": now, "told": True},
    )


def going(device: Device) -> Restart | None:
    """The restart the device is in, as far as it said so."""
    found: Restart | None = Restart.objects.filter(
        device=device, boot=device.boot, back_at__isnull=True
    ).first()
    return found


def came_back(device: Device, *, was_lost: bool, now: datetime) -> None:
    """Note that the device is back on another boot; `device` still holds the old one."""
    began = device.link_since if was_lost and device.link_since else device.last_seen or now
    row, _made = Restart.objects.get_or_create(
        organisation_id=device.organisation_id,
        device=device,
        boot=device.boot,
        defaults={"began_at": min(began, now)},
    )
    if row.back_at is not None:
        return
    row.back_at = now
    row.save(update_fields=["back_at"])
    record(
        actor=actors.Actor(kind="device", id=device.id, name=device.name),
        now=now,
        action="device.restarted",
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={"seconds": int((now - row.began_at).total_seconds()), "announced": row.told},
    )
