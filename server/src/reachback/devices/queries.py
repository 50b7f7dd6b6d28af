"""Reads of devices. Each starts from what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Prefetch, Q, QuerySet, When

from reachback.devices import restarts
from reachback.devices.errors import UnknownDevice
from reachback.devices.models import (
    Alert,
    Check,
    CheckChange,
    Device,
    DeviceHead,
    DeviceStatement,
    EnrolmentToken,
    Expectation,
)
from reachback.kernel import tenancy
from reachback.kernel.actors import Actor


def devices(actor: Actor) -> "QuerySet[Device]":
    """Every device the actor may see, by name."""
    found: QuerySet[Device] = Device.objects.visible_to(actor)
    if actor.site_ids is not None:
        found = found.filter(site_id__in=actor.site_ids)
    return found.select_related("organisation", "site")


def device(actor: Actor, device_id: UUID) -> Device:
    """One device; UnknownDevice if it is not there or not the actor's to see."""
    found = devices(actor).filter(id=device_id).first()
    if found is None:
        raise UnknownDevice
    return found


def search(actor: Actor, words: str, state: str) -> "QuerySet[Device]":
    """Devices whose name, site, customer or tag holds the words; `state` narrows.

    What fails stands first, then what is linked, then the rest by name.
    """
    found = devices(actor).annotate(open_alerts=Count("alerts", filter=Q(alerts__state="open")))
    for word in words.split()[:5]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(site__name__icontains=word)
            | Q(organisation__name__icontains=word)
            | Q(tags__icontains=word)
        )
    narrowings = {
        "failing": Q(health="failed"),
        "offline": Q(link_state="lost"),
        "linked": Q(link_state="linked"),
        "resting": Q(link_state="resting"),
        "unpinned": Q(pinned=False, sample=False),
    }
    urgency = Case(When(health="failed", then=0), When(link_state="linked", then=1), default=2)
    return found.filter(narrowings.get(state, Q())).order_by(urgency, "name")


def checks(actor: Actor, device_id: UUID) -> Sequence[Check]:
    """The device's checks with their changes, oldest first."""
    changes: QuerySet[CheckChange] = CheckChange.objects.visible_to(actor).order_by("at")
    found: QuerySet[Check] = Check.objects.visible_to(actor).filter(device_id=device_id)
    return list(found.prefetch_related(Prefetch("changes", queryset=changes)))


def changes_since(
    actor: Actor, device_ids: Iterable[UUID], since: datetime
) -> dict[UUID, list[CheckChange]]:
    """Check changes per device since an instant, oldest first."""
    found: QuerySet[CheckChange] = CheckChange.objects.visible_to(actor)
    rows = found.filter(the_check__device_id__in=list(device_ids), at__gte=since)
    by_device: dict[UUID, list[CheckChange]] = {}
    for row in rows.select_related("the_check").order_by("at"):
        by_device.setdefault(row.the_check.device_id, []).append(row)
    return by_device


def alerts(actor: Actor, device_id: UUID, limit: int = 20) -> Sequence[Alert]:
    """The device's newest alerts."""
    found: QuerySet[Alert] = Alert.objects.visible_to(actor)
    return list(found.filter(device_id=device_id)[:limit])


def statement(actor: Actor, device_id: UUID) -> DeviceStatement | None:
    """The device's newest customer-signed statement."""
    found: QuerySet[DeviceStatement] = DeviceStatement.objects.visible_to(actor)
    return found.filter(device_id=device_id).first()


def statement_of_key(actor: Actor, organisation_id: UUID, key: str) -> DeviceStatement | None:
    """The newest statement about the organisation's device with this key."""
    found: QuerySet[DeviceStatement] = DeviceStatement.objects.visible_to(actor)
    return found.filter(organisation_id=organisation_id, device__key=key).first()


def head(actor: Actor, device_id: UUID) -> DeviceHead | None:
    """The newest receipt number and digest the device told."""
    found: QuerySet[DeviceHead] = DeviceHead.objects.visible_to(actor)
    return found.filter(device_id=device_id).first()


def tokens(actor: Actor, now: datetime) -> Sequence[EnrolmentToken]:
    """Enrolment tokens that still wait for their device."""
    found: QuerySet[EnrolmentToken] = EnrolmentToken.objects.visible_to(actor)
    waiting = found.filter(spent_at__isnull=True, expires_at__gt=now)
    return list(waiting.select_related("organisation", "site")[:50])


def expected_restart(device: Device) -> restarts.Expected:
    """How long a restart takes this device, and after how long it counts as not back."""
    with tenancy.every_organisation(reason="who asks holds the device already"):
        return restarts.expected(device)


def who_waits(actor: Actor, device_id: UUID) -> Sequence[Expectation]:
    """Who is told when the device is there."""
    rows: QuerySet[Expectation] = Expectation.objects.visible_to(actor)
    return list(rows.filter(device_id=device_id, told_at=None).select_related("person")[:10])


def device_ids(organisation_id: UUID) -> list[UUID]:
    """Every live device of an organisation, for handing out documents."""
    with tenancy.every_organisation(reason="documents go to every device of the customer"):
        found = Device.objects.filter(organisation_id=organisation_id, sample=False)
        return list(found.values_list("id", flat=True))


@dataclass(frozen=True)
class Totals:
    """How many devices there are, and how they fare."""

    devices: int
    linked: int
    failing: int
    unpinned: int
    resting: int


def totals(actor: Actor) -> Totals:
    """Count the actor's devices."""
    row = devices(actor).aggregate(
        every=Count("id"),
        linked=Count("id", filter=Q(link_state="linked")),
        failing=Count("id", filter=Q(health="failed")),
        unpinned=Count("id", filter=Q(pinned=False, sample=False)),
        resting=Count("id", filter=Q(link_state="resting")),
    )
    return Totals(row["every"], row["linked"], row["failing"], row["unpinned"], row["resting"])
