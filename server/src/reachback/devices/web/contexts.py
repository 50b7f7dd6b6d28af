"""What each page about devices knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import Form

from reachback.devices.history import Stretch
from reachback.devices.models import Alert, Check, CheckChange, Device, DeviceHead, EnrolmentToken
from reachback.devices.queries import Totals
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class DeviceLine:
    """One device in a list."""

    device: Device
    history: tuple[Stretch, ...]
    open_alerts: int
    trouble: str


@dataclass(frozen=True, kw_only=True)
class DevicesPage(PageContext):
    """The list of devices, for the provider or for a customer."""

    lines: Sequence[DeviceLine]
    totals: Totals
    words: str
    state: str
    states: Sequence[tuple[str, str, int]]
    may_enrol: bool
    more: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class HomeDevices(PageContext):
    """A customer's devices on their home, the failing ones first."""

    lines: Sequence[DeviceLine]
    totals: Totals
    list_url: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One check with its history."""

    check: Check
    history: tuple[Stretch, ...]
    changes: Sequence[CheckChange]


@dataclass(frozen=True, kw_only=True)
class DevicePage(PageContext):
    """Everything about one device."""

    device: Device
    history: tuple[Stretch, ...]
    checks: Sequence[CheckLine]
    alerts: Sequence[Alert]
    head: DeviceHead | None
    clock: str
    contact: str
    panels: Sequence[Panel]
    list_url: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class EnrolPage(PageContext):
    """The first step of enrolling: for whom."""

    form: Form
    tokens: Sequence[EnrolmentToken]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class TokenPage(PageContext):
    """The token and the command, shown once."""

    command: str
    token: str
    fingerprint: str
    expires_at: datetime
    name: str
    now: datetime
