"""Raising and ending alerts, inside the transaction of what caused them."""

from dataclasses import dataclass
from datetime import datetime

from reachback.devices import facts as device_facts
from reachback.devices.models import Alert, Device
from reachback.kernel import facts


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why an alert is raised. `subject` is unique among a device's open alerts."""

    kind: str
    subject: str
    sentence: str
    check_name: str = ""
    changed: tuple[str, ...] = ()


def raise_alert(device: Device, cause: Cause, *, now: datetime, at: datetime) -> Alert | None:
    """Open an alert and publish the fact; None if the same one is open already."""
    known = Alert.objects.filter(device=device, subject=cause.subject, state=Alert.State.OPEN)
    if known.exists():
        return None
    alert: Alert = Alert.objects.create(
        organisation_id=device.organisation_id,
        device=device,
        kind=cause.kind,
        subject=cause.subject,
        check_name=cause.check_name,
        sentence=cause.sentence[:500],
        what_changed=list(cause.changed),
        opened_at=at,
    )
    facts.publish(
        device_facts.AlertRaised(
            alert_id=alert.id,
            device_id=device.id,
            organisation_id=device.organisation_id,
            site_id=device.site_id,
            device_name=device.name,
            check_name=cause.check_name,
            kind=cause.kind,
            sentence=alert.sentence,
            changed=cause.changed,
            occurred_at=at,
        ),
        now=now,
    )
    return alert


def recover(device: Device, subject: str, sentence: str, *, now: datetime, at: datetime) -> bool:
    """End the open alert of this subject and publish the fact; return whether there was one."""
    alert = Alert.objects.filter(device=device, subject=subject, state=Alert.State.OPEN).first()
    if alert is None:
        return False
    alert.state = Alert.State.RECOVERED
    alert.recovered_at = max(at, alert.opened_at)
    alert.recovery = sentence[:500]
    alert.save(update_fields=["state", "recovered_at", "recovery"])
    facts.publish(
        device_facts.AlertRecovered(
            alert_id=alert.id,
            device_id=device.id,
            organisation_id=device.organisation_id,
            site_id=device.site_id,
            device_name=device.name,
            check_name=alert.check_name,
            sentence=alert.recovery,
            occurred_at=alert.recovered_at,
        ),
        now=now,
    )
    return True
