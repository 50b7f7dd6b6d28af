"""What each of the customer's own pages knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reachback.access.models import ScriptVersion
from reachback.access.reading import Reading
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.signs import Sign
from reachback.access.scripts.texts import Line
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class ReadingsPage(PageContext):
    """The texts a customer may read: in force, offered, signed earlier."""

    in_force: Sequence[Reading]
    offered: Sequence[Reading]
    earlier: Sequence[Reading]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ReadingPage(PageContext):
    """One text before it is signed, or after; `told` counts what is written by its number."""

    reading: Reading
    version: ScriptVersion
    signs: Sequence[Sign]
    numbers: str
    told: int
    before: ScriptVersion | None
    difference: Sequence[Line]
    parameters: Sequence[Parameter]
    others: Sequence[Reading]
    clause: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime
