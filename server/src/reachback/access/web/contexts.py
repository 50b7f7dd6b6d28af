"""What each page about contracts and sessions knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reachback.access.deciding import ShellChoice
from reachback.access.models import (
    AccessSession,
    ApprovalRequest,
    ContractDocument,
    CustomerKeyset,
    Lock,
    Narrowing,
    RecipeRun,
    ScriptRun,
    SessionChannel,
    SigningRound,
    Verdict,
)
from reachback.access.queries import LiveSession
from reachback.access.recordings.touched import Touch
from reachback.access.web.recipes.steps import Step
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class ClauseLine:
    """One clause in words, and what it gives to whom in the live table."""

    number: int
    sentence: str
    who: str
    acts: str
    where: str
    when: str
    approval: str
    proved: tuple[str, ...]
    asserted: tuple[str, ...]
    everything: bool
    change: str = ""
    scripts: int = 0


@dataclass(frozen=True, kw_only=True)
class ConnectPanel(PageContext):
    """The panel with the contract in a sentence and Connect."""

    allowed: bool
    sentence: str
    code: str
    clause: int
    clauses: Sequence[ClauseLine]
    contract: ContractDocument | None
    connect_url: str
    case_id: str
    run_as: str
    capability: str
    choices: Sequence[ShellChoice]
    may_connect: bool
    online: bool
    #: A device in contact on demand that is away, and who waits for it.
    expected: bool
    device: Any
    waits: Sequence[Any]
    awaited: bool
    live: Sequence[LiveSession]
    recent: Sequence[AccessSession]
    device_name: str
    scripts_url: str
    files: bool
    pages_url: str
    lock_url: str
    asks: Sequence[ShellChoice]
    asked: Sequence[ApprovalRequest]
    ask_url: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SessionPage(PageContext):
    """The page of a session: live terminal, or what was done."""

    session: AccessSession
    data: dict[str, Any]
    zone: str
    expires: int
    mine: bool
    may_end: bool
    after_url: str
    leave_url: str
    icons: Sequence[str]
    now: datetime
    run: ScriptRun | None = None
    recipe: RecipeRun | None = None
    steps: Sequence[Step] = ()
    arguments: str = ""


@dataclass(frozen=True, kw_only=True)
class PlannedPage(PageContext):
    """A restart that waits on its device, until it is `over`; `waits`: the device has taken it."""

    session: AccessSession
    there: str
    zone: str
    waits: bool
    over: bool
    online: bool
    may_end: bool
    layout: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ReplayPage(PageContext):
    """A recording with its verdict."""

    session: AccessSession
    data: dict[str, Any]
    commands: Sequence[dict[str, Any]]
    touches: Sequence[tuple[Touch, datetime]]
    shells: Sequence[tuple[str, str, bool]]
    connections: Sequence[SessionChannel]
    verdict: Verdict | None
    locked: str
    segments: int
    size: int
    words: Sequence[str]
    export_url: str
    cast_url: str
    layout: str
    now: datetime
    crumbs: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class SessionsPage(PageContext):
    """Sessions, newest first."""

    sessions: Sequence[AccessSession]
    live: Sequence[LiveSession]
    locks: Sequence[Lock]
    layout: str
    more_url: str
    records_url: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class KeyLine:
    """One key of the customer's keyset, or of the provider."""

    name: str
    roles: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class ContractPage(PageContext):
    """The contract as a letter."""

    organisation_name: str
    contract: ContractDocument | None
    clauses: Sequence[ClauseLine]
    removed: Sequence[ClauseLine]
    provider_name: str
    devices: str
    freshness: int
    keys: Sequence[KeyLine]
    provider_keys: Sequence[KeyLine]
    signers: Sequence[KeyLine]
    keyset: CustomerKeyset | None
    history: Sequence[ContractDocument]
    narrowings: Sequence[Narrowing]
    revoked: bool
    customer_revoked: bool
    live: int
    offered: int
    may_govern: bool
    revoke_command: str
    layout: str
    now: datetime
    rounds: Sequence[SigningRound] = ()
    drafting: bool = False


@dataclass(frozen=True, kw_only=True)
class HomePanel(PageContext):
    """Who is, and who was, in the customer's systems."""

    live: Sequence[LiveSession]
    recent: Sequence[AccessSession]
    revoked: bool
    contract: ContractDocument | None
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PublishPage(PageContext):
    """Publishing signed documents."""

    error: str
    text: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class TargetLine:
    """One target of the contract's, and what the decision says of it now."""

    target: str
    allowed: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class TargetsPage(PageContext):
    """What can be opened through a device. `offered`: this installation has names for pages."""

    device_name: str
    online: bool
    offered: bool
    lines: Sequence[TargetLine]
    case_id: str
    case_number: int
    connect_url: str
    opening_url: str
    crumbs: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class OpeningPage(PageContext):
    """A new tab that waits for its address."""


@dataclass(frozen=True, kw_only=True)
class TunnelPage(PageContext):
    """A command asks for a tunnel; afterwards the line to copy. `allowed` is the decision now."""

    device_name: str
    target: str
    key: str
    fingerprint: str
    allowed: bool
    sentence: str
    recording: str
    cases: Sequence[Any]
    case_id: str
    answer: str = ""
    session_url: str = ""
