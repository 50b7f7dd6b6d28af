"""What each page about scripts knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.access.models import (
    AccessSession,
    RecipeVersion,
    Script,
    ScriptOffer,
    ScriptRun,
    ScriptVersion,
)
from reachback.access.recordings.output import Piece
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.texts import Line
from reachback.access.web.scripts.answers import RunForm
from reachback.access.web.scripts.forms import ParameterForm, ScriptForm
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class ScriptsPage(PageContext):
    """The library: the newest version of each script."""

    versions: Sequence[ScriptVersion]
    search: str
    retired: bool
    parts: bool
    may_keep: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ScriptPage(PageContext):
    """One version of a script, the others beside it, and what differs from an earlier one."""

    script: Script
    version: ScriptVersion
    versions: Sequence[ScriptVersion]
    parameters: Sequence[Parameter]
    before: ScriptVersion | None
    difference: Sequence[Line]
    clause: str
    runs: Sequence[ScriptRun]
    may_keep: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ScriptFormPage(PageContext):
    """Writing a script, or its next version."""

    script: Script | None
    form: ScriptForm
    rows: Sequence[ParameterForm]
    crumbs: Sequence[tuple[str, str]]
    submit: str
    lead: str
    back_href: str
    may_add_rows: bool


@dataclass(frozen=True, kw_only=True)
class RunPage(PageContext):
    """What was run, and what the device said came of it."""

    run: ScriptRun
    session: AccessSession
    pieces: Sequence[Piece]
    shortened: bool
    seconds: str
    layout: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ChoicePage(PageContext):
    """Which script or recipe to run on a device; those its contract allows come first.

    Each recipe is said with whether all three of its texts are allowed.
    """

    device_name: str
    case_number: int
    query: str
    search: str
    allowed: Sequence[ScriptVersion]
    others: Sequence[ScriptVersion]
    recipes: Sequence[tuple[RecipeVersion, bool]]
    crumbs: Sequence[tuple[str, str]]
    device_id: UUID
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RunFormPage(PageContext):
    """A script's questions, and what the contract says of running it."""

    version: ScriptVersion
    device_name: str
    form: RunForm
    allowed: bool
    sentence: str
    code: str
    clause: int
    to_sign: str
    offer: ScriptOffer | None
    may_offer: bool
    organisation_id: UUID
    organisation_name: str
    online: bool
    may_connect: bool
    action: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime
