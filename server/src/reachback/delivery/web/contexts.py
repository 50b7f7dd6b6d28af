"""What each page of delivery knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page

from reachback.delivery.models import Address, Delivery
from reachback.delivery.slots import MessageKind
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """One message: to whom, what became of it, and whether it can be tried again."""

    row: Delivery
    to: str
    mark: str
    state: str
    sentence: str
    can_try: bool


@dataclass(frozen=True, kw_only=True)
class StateLink:
    """One of the list's segments."""

    slug: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class DeliveriesPage(PageContext):
    """What was sent to whom, the latest first, a page at a time."""

    lines: Sequence[DeliveryLine]
    states: Sequence[StateLink]
    state: str
    words: str
    page: Page[Delivery]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class WayChoice:
    """One box of a kind's row."""

    name: str
    way: str
    label: str
    wanted: bool


@dataclass(frozen=True, kw_only=True)
class KindLine:
    """One kind with its boxes."""

    kind: MessageKind
    choices: Sequence[WayChoice]


@dataclass(frozen=True, kw_only=True)
class BrowserLine:
    """One device that takes notifications; `digest` lets its own page recognise it."""

    browser: Address
    digest: str


@dataclass(frozen=True, kw_only=True)
class PreferencesPage(PageContext):
    """Which messages one wants where, and one's devices."""

    ways: Sequence[str]
    kinds: Sequence[KindLine]
    browsers: Sequence[BrowserLine]
    public_key: str
    now: datetime
