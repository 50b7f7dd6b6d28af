"""Keep a device statement that access has verified."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.audit.operations import record
from reachback.devices.errors import UnknownDevice
from reachback.devices.models import Device, DeviceStatement
from reachback.kernel.actors import Actor
from reachback.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True)
class VerifiedStatement:
    """A statement whose signature by the customer's keyset was checked by the caller."""

    key: str
    keyset_serial: int
    serial: int
    name: str
    tags: tuple[str, ...]
    body: str
    signatures: tuple[str, ...]
    digest: str


def keep_statement(
    *, actor: Actor, now: datetime, organisation_id: UUID, statement: VerifiedStatement
) -> UUID:
    """Keep the statement and pin the device; return the device's id. Needs an open transaction.

    Raises UnknownDevice when the organisation has no device with that key.
    """
    require_transaction("keep_statement")
    found = Device.objects.visible_to(actor).filter(organisation_id=organisation_id)
    device = found.select_for_update().filter(key=statement.key).first()
    if device is None:
        raise UnknownDevice
    DeviceStatement.objects.create(
        organisation_id=organisation_id,
        device=device,
        keyset_serial=statement.keyset_serial,
        serial=statement.serial,
        body=statement.body,
        signatures=list(statement.signatures),
        digest=statement.digest,
        published_at=now,
    )
    device.pinned = True
    device.name = statement.name[:80]
    device.tags = list(statement.tags)
    device.save(update_fields=["pinned", "name", "tags"])
    record(
        actor=actor,
        now=now,
        action="device.statement_published",
        organisation_id=organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={"serial": statement.serial, "tags": list(statement.tags)},
    )
    found_id: UUID = device.id
    return found_id
