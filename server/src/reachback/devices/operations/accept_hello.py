"""Accept a device's HELLO: its generation advances, or it is held as a clone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.audit.operations import record
from reachback.devices import alerts, contacts, hostile, restarts, tellings
from reachback.devices import facts as device_facts
from reachback.devices.clocks import clock_sentence
from reachback.devices.errors import DeviceRefused
from reachback.devices.models import Device, DeviceHead
from reachback.devices.slots import Held, documents_for_device
from reachback.kernel import actors, facts, tenancy, timers
from reachback_wire import signing
from reachback_wire.documents import Hello
from reachback_wire.documents.envelope import Envelope
from reachback_wire.refusals import Refusal

#: Less than this is a clock like any other; the device refuses grants beyond it (documents.md).
_TOLERANCE_MS = timedelta(minutes=5) // timedelta(milliseconds=1)
_FARTHEST_MS = timedelta(days=36_500) // timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What the front is told: who this is, its fencing token, and whether it is held."""

    device_id: UUID
    name: str
    organisation: str
    generation: int
    hold: str
    documents: tuple[dict[str, Any], ...]


def accept_hello(*, now: datetime, hello: object, nonce: str, node: str, remote: str) -> Linked:
    """Check the HELLO against the key it names and link the device.

    Raises DeviceRefused (`malformed`, `bad-signature`, `wrong-nonce`, `unknown-key`). The front
    has checked it before; this is the check that counts.
    """
    told = _verified(hello, nonce, node)
    with tenancy.every_organisation(reason="the key says whose device it is"):
        with transaction.atomic():
            device = Device.objects.select_for_update().filter(key=told.key).first()
            if device is None:
                sentence = _("No device with this key is enrolled here.")
                raise DeviceRefused("unknown-key", sentence)
            _advance(device, told, node=node, now=now, remote=remote)
        return _answer(device, told)


def _verified(hello: object, nonce: str, node: str) -> Hello:
    try:
        envelope = Envelope.from_json(hello)
        told = Hello.parse(envelope.body)
        for armour in envelope.signatures:
            signing.verify(armour, Hello.TYPE, envelope.body.encode(), {told.key})
    except Refusal as refusal:
        raise DeviceRefused(refusal.code, refusal.sentence) from refusal
    if len(envelope.signatures) != 1 or told.role != "device":
        raise DeviceRefused("malformed", _("This is not a device's HELLO."))
    if told.nonce != nonce or told.node != node:
        raise DeviceRefused("wrong-nonce", _("The HELLO answers another challenge."))
    return told


def _advance(device: Device, told: Hello, *, node: str, now: datetime, remote: str) -> None:
    instance = hostile.text(told.instance, 80)
    if device.instance and device.instance != instance:
        _hold_clone(device, instance, now=now, remote=remote)
    elif not device.instance:
        device.instance = instance
    _compare_clocks(device, told, now=now)
    was = device.link_state
    boot = hostile.text(told.boot, 80)
    if device.boot and boot and boot != device.boot and device.hold == Device.Hold.NONE:
        restarts.came_back(device, was_lost=was == Device.LinkState.LOST, now=now)
    device.generation += 1
    device.boot = boot
    device.counter = told.counter
    device.node = hostile.text(node, 60)
    device.contract_held = told.contract
    device.link_state = Device.LinkState.LINKED
    device.link_since = now
    device.last_seen = now
    device.save()
    _keep_head(device, told, now=now)
    timers.cancel(key=contacts.timer_key(device), now=now)
    alerts.recover(device, "lost", _("The device is linked again."), now=now, at=now)
    facts.publish(
        device_facts.DeviceLinked(
            device_id=device.id,
            organisation_id=device.organisation_id,
            generation=device.generation,
            occurred_at=now,
        ),
        now=now,
    )
    if was != Device.LinkState.LINKED:
        tellings.link_changed(device)


def _compare_clocks(device: Device, told: Hello, *, now: datetime) -> None:
    """Note how far the device's clock is off; say so once for each time it differs anew."""
    ahead = told.issued - int(now.timestamp() * 1000)
    known, device.clock_offset_ms = device.clock_offset_ms, 0
    if abs(ahead) <= _TOLERANCE_MS:
        return
    device.clock_offset_ms = max(-_FARTHEST_MS, min(ahead, _FARTHEST_MS))
    if abs(device.clock_offset_ms - known) <= _TOLERANCE_MS:
        return
    record(
        actor=actors.Actor(kind="device", id=device.id, name=device.name),
        now=now,
        action="device.clock_differs",
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={
            "code": "clock-behind" if ahead < 0 else "clock-ahead",
            "sentence": clock_sentence(device),
            "offset_ms": device.clock_offset_ms,
        },
    )


def _hold_clone(device: Device, instance: str, *, now: datetime, remote: str) -> None:
    device.hold = Device.Hold.HEALTH
    sentence = _(
        "Two machines use the key of %(name)s: a copied disk or a stolen key. "
        "Both may only report their health until one is enrolled anew."
    ) % {"name": device.name}
    cause = alerts.Cause(
        kind="clone", subject="clone", sentence=sentence, check_name=_("clone or stolen key")
    )
    raised = alerts.raise_alert(device, cause, now=now, at=now)
    if raised is None:
        return
    record(
        actor=actors.system("devices.link"),
        now=now,
        action="device.held",
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={"instance": instance, "from": hostile.text(remote, 60)},
    )


def _keep_head(device: Device, told: Hello, *, now: datetime) -> None:
    newest = DeviceHead.objects.filter(device=device).first()
    if newest is not None and told.receipt_number < newest.number:
        record(
            actor=actors.Actor(kind="device", id=device.id, name=device.name),
            now=now,
            action="device.receipts_went_back",
            organisation_id=device.organisation_id,
            subject_kind="device",
            subject_id=device.id,
            subject_label=device.name,
            data={"known": newest.number, "told": told.receipt_number},
        )
    if told.receipt_number:
        DeviceHead.objects.get_or_create(
            organisation_id=device.organisation_id,
            device=device,
            number=told.receipt_number,
            head=told.receipt_head,
            defaults={"told_at": now},
        )


def _answer(device: Device, told: Hello) -> Linked:
    held = Held(keyset=told.keyset, statement=told.statement, contract=told.contract)
    documents = [
        document
        for answer in documents_for_device.answers()
        for document in answer(device.id, device.organisation_id, held)
    ]
    return Linked(
        device_id=device.id,
        name=device.name,
        organisation=str(device.organisation_id),
        generation=device.generation,
        hold=device.hold,
        documents=tuple(documents),
    )
