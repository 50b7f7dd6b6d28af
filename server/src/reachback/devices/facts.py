"""What happened to devices, for the rooms above. Every text a device said is already limited."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from reachback.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AlertRaised(Fact):
    """Something on a device needs a person; `changed` is what the device saw change since good.

    `kind` is `check`, `lost` or `clone`; `sample` marks history made for the demonstration.
    """

    KIND: ClassVar[str] = "devices.alert_raised"
    alert_id: UUID
    device_id: UUID
    organisation_id: UUID
    site_id: UUID | None
    device_name: str
    check_name: str
    kind: str
    sentence: str
    changed: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class AlertRecovered(Fact):
    """What the alert told of is well again."""

    KIND: ClassVar[str] = "devices.alert_recovered"
    alert_id: UUID
    device_id: UUID
    organisation_id: UUID
    site_id: UUID | None
    device_name: str
    check_name: str
    sentence: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeviceLinked(Fact):
    """A device's link is up; `generation` counts its links."""

    KIND: ClassVar[str] = "devices.linked"
    device_id: UUID
    organisation_id: UUID
    generation: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeviceLost(Fact):
    """A device's link went down."""

    KIND: ClassVar[str] = "devices.lost"
    device_id: UUID
    organisation_id: UUID
    generation: int
    reason: str
    occurred_at: datetime
