"""Accept a device's reports: health results, inventory, and what it did about our documents."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.audit.operations import record
from reachback.devices import alerts, contacts, hostile, reports, restarts, tellings
from reachback.devices.errors import UnknownDevice
from reachback.devices.models import AcceptedReport, Check, CheckChange, Device, DeviceHead
from reachback.devices.models.check import CheckState
from reachback.kernel import actors, tenancy

_AUDITED = frozenset({"refused", "denied", "revoked", "cut"})


def accept_reports(*, now: datetime, device_id: UUID, units: Sequence[Any]) -> int:
    """Keep every report not kept before; return how many were new. Idempotent by each one's id.

    All in one transaction: the front tells the device only what is durable.
    """
    with (
        tenancy.every_organisation(reason="the front names the device by its id"),
        transaction.atomic(),
    ):
        device = Device.objects.select_for_update().filter(id=device_id).first()
        if device is None:
            raise UnknownDevice
        before = device.health
        new = sum(_accept(device, unit, now) for unit in units)
        _record_unreadable(device, sum(_read(unit) is None for unit in units), now)
        device.last_seen = now
        device.health = _health(device)
        device.save()
        if device.health != before:
            tellings.health_changed(device)
    return new


def _read(unit: object) -> tuple[int, dict[str, Any]] | None:
    if not isinstance(unit, dict) or not isinstance(unit.get("kind"), int):
        return None
    body = unit.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return None
    return (unit["kind"], body) if isinstance(body, dict) else None


def _record_unreadable(device: Device, count: int, now: datetime) -> None:
    if not count:
        return
    record(
        actor=actors.Actor(kind="device", id=device.id, name=device.name),
        now=now,
        action="device.report_unreadable",
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={
            "code": "malformed",
            "sentence": _("Reports that cannot be read were dropped."),
            "count": count,
        },
    )


def _accept(device: Device, unit: object, now: datetime) -> bool:
    found = _read(unit)
    if found is None:
        return False
    kind, body = found
    report = hostile.text(body.get("id"), 80)
    if not report:
        return False
    _kept, made = AcceptedReport.objects.get_or_create(
        device=device, report=report, defaults={"accepted_at": now}
    )
    if made and kind == reports.RESULT:
        _result(device, reports.result(body, now, device.clock_offset_ms), now)
    elif made and kind == reports.INVENTORY:
        _inventory(device, reports.inventory(body))
    elif made and kind == reports.REPORT:
        _notice(device, reports.notice(body), now)
    return made


def _result(device: Device, found: reports.Result | None, now: datetime) -> None:
    if found is None:
        return
    check, _new = Check.objects.get_or_create(
        organisation_id=device.organisation_id, device=device, name=found.check
    )
    if check.confirmed_at is not None and found.at < check.confirmed_at:
        return  # an older result, sent again after a newer one
    state = CheckState.FAILED if found.failed else CheckState.OK
    changed = check.state != state
    check.confirmed_at = found.at
    check.sentence = found.sentence
    if changed:
        check.state, check.state_since = state, found.at
        CheckChange.objects.create(
            organisation_id=device.organisation_id,
            the_check=check,
            state=state,
            sentence=found.sentence,
            changed=list(found.changed),
            at=found.at,
        )
    check.save()
    _alert(device, check, found, now)


def _alert(device: Device, check: Check, found: reports.Result, now: datetime) -> None:
    subject = f"check:{check.name}"
    if not found.failed:
        alerts.recover(device, subject, found.sentence, now=now, at=found.at)
        return
    cause = alerts.Cause(
        kind="check",
        subject=subject,
        sentence=found.sentence or check.name,
        check_name=check.name,
        changed=found.changed,
    )
    alerts.raise_alert(device, cause, now=now, at=found.at)


def _inventory(device: Device, found: reports.Inventory) -> None:
    device.hostname = found.hostname or device.hostname
    device.system = found.system or device.system
    device.contact = found.contact
    device.connector = found.connector or device.connector
    for entry in found.checks:
        Check.objects.update_or_create(
            organisation_id=device.organisation_id,
            device=device,
            name=entry.name,
            defaults={"kind": entry.kind, "target": entry.target, "every": entry.every},
        )


def _notice(device: Device, found: reports.Notice, now: datetime) -> None:
    if found.kind == "receipt" and found.number:
        DeviceHead.objects.get_or_create(
            organisation_id=device.organisation_id,
            device=device,
            number=found.number,
            head=found.head,
            defaults={"told_at": now},
        )
    if found.kind == "contact":
        contacts.heard(device, found.state, found.wait, now=now)
    if found.kind == "rebooting":
        restarts.begin(device, found.boot, now=now)
    if found.kind in _AUDITED:
        record(
            actor=actors.Actor(kind="device", id=device.id, name=device.name),
            now=now,
            action=f"device.{found.kind}",
            organisation_id=device.organisation_id,
            subject_kind="device",
            subject_id=device.id,
            subject_label=device.name,
            data={"code": found.code, "sentence": found.sentence},
        )


def _health(device: Device) -> str:
    states = set(Check.objects.filter(device=device).values_list("state", flat=True))
    if CheckState.FAILED in states:
        return Device.Health.FAILED
    return Device.Health.OK if CheckState.OK in states else Device.Health.UNKNOWN
