"""What devices asks the rooms above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest

from reachback.kernel.actors import Actor
from reachback.kernel.slots import Slot
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a device says it has: serials of keyset and statement, the contract's digest."""

    keyset: int = 0
    statement: int = 0
    contract: str = ""


class DocumentsForDevice(Protocol):
    """Answers with the signed documents (`{id, kind, body, signatures}`) a device lacks."""

    def __call__(
        self, device_id: UUID, organisation_id: UUID, held: Held
    ) -> Sequence[dict[str, Any]]: ...


class KeysetsForEnrolment(Protocol):
    """Answers with a customer's keyset envelopes from serial 1 and the first one's fingerprint."""

    def __call__(self, organisation_id: UUID) -> tuple[Sequence[dict[str, Any]], str]: ...


class DevicePanel(Protocol):
    """Answers with a panel for a device's page, or None."""

    def __call__(self, device_id: UUID, actor: Actor, request: HttpRequest) -> Panel | None: ...


documents_for_device: Slot[DocumentsForDevice] = Slot("devices.documents_for_device")
keysets_for_enrolment: Slot[KeysetsForEnrolment] = Slot("devices.keysets_for_enrolment")
device_panels: Slot[DevicePanel] = Slot("devices.device_panels")
