"""What a draft would have refused: recorded sessions, asked again of `decide` under the draft.

Asked is what was granted, with the very grant of that day (who, teams, sign-in, case), at the
moment it was asked for. The draft's own dates and freshness are left out: it did not exist then.
Approvals that a draft newly demands count as a refusal, because nobody gave them.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from reachback.access import deciding, queries
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession, Grant, ScriptRun
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor, system
from reachback_wire import documents as wire
from reachback_wire.decisions import Clock, Decision, Request, decide
from reachback_wire.documents.capability import ADMINISTRATORS
from reachback_wire.refusals import Refusal

DAYS: Final = 90
_MOST: Final = 2_000
_SYSTEM = system("access.dry_run")
_FAR: Final = 4_102_444_800_000  # the year 2100, ms


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One session the draft would not have allowed, and which part of it."""

    session: AccessSession
    capability: str
    clause: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """How many sessions were asked again, and which would have been refused."""

    days: int
    asked: int
    refused: Sequence[Refused]
    samples: int

    @property
    def allowed(self) -> int:
        """How many would have gone on as they did."""
        return self.asked - len({each.session.id for each in self.refused})


def dry_run(actor: Actor, organisation_id: UUID, contract: wire.Contract, now: datetime) -> DryRun:
    """Ask about every session of the last 90 days that has a grant; the newest 2,000 at most."""
    found = queries.sessions(actor).filter(
        organisation_id=organisation_id, asked_at__gte=now - timedelta(days=DAYS)
    )
    rows = list(found.filter(sample=False)[:_MOST])
    granted = _grants([row.id for row in rows])
    statements = _statements(actor, rows)
    scripts = _scripts([row.id for row in rows])
    lasting = replace(contract, effective=0, expires=_FAR, freshness=wire.Freshness())
    refused = [
        each
        for row in rows
        if row.id in granted
        for each in _refused(
            row, granted[row.id], scripts.get(row.id), lasting, statements.get(row.device_id)
        )
    ]
    return DryRun(
        days=DAYS,
        asked=sum(row.id in granted for row in rows),
        refused=refused,
        samples=found.filter(sample=True).count(),
    )


def _refused(
    row: AccessSession,
    grant: wire.Grant,
    run: ScriptRun | None,
    contract: wire.Contract,
    statement: wire.DeviceStatement | None,
) -> Iterator[Refused]:
    for capability in grant.capabilities:
        found = _decide(row, grant, run, contract, statement, capability)
        if not found.allowed:
            yield Refused(
                session=row, capability=capability, clause=found.clause, sentence=found.sentence
            )


def _decide(
    row: AccessSession,
    grant: wire.Grant,
    run: ScriptRun | None,
    contract: wire.Contract,
    statement: wire.DeviceStatement | None,
    capability: str,
) -> Decision:
    at = milliseconds(row.asked_at)
    planned = milliseconds(row.planned_for) if row.planned_for else 0
    user = run.run_as if run else row.run_as
    admin = capability == "shell.admin" and user in ADMINISTRATORS
    parameter = "" if admin else _parameter(row, run, capability, user)
    # one by one: a grant that names one thing too many is refused whole
    asked = replace(
        grant,
        capabilities=(capability,),
        issued=at,
        expires=max(grant.expires, at + 1, planned + 1),
    )
    signers = {grant.session_key, grant.technician.key} - {""}
    parameters: dict[str, object] = {"at": planned} if capability == "reboot" else {}
    return decide(
        contract,
        asked,
        Request(
            kind=capability.split(".", 1)[0],
            capability=capability,
            parameter=parameter,
            signers=frozenset(signers),
            parameters={"run_as": user} if capability == "exec" else parameters,
            consent=True,
        ),
        Clock(device=at, gateway=at),
        statement=statement,
    )


def _parameter(row: AccessSession, run: ScriptRun | None, capability: str, user: str) -> str:
    if capability == "exec":
        return run.version.digest if run else ""
    if capability == "tunnel":
        return row.target
    if capability.startswith("files."):
        return deciding.files_root(queries.parsed(row.contract), capability)
    return user if capability.startswith("shell.") else ""


def _grants(session_ids: Sequence[UUID]) -> dict[UUID, wire.Grant]:
    """The first grant of each session: what it was opened with."""
    found: dict[UUID, wire.Grant] = {}
    rows = Grant.objects.visible_to(_SYSTEM).filter(session_id__in=list(session_ids))
    for row in rows.order_by("-issued_at", "-id"):
        with suppress(Refusal):
            found[row.session_id] = wire.Grant.parse(row.body)
    return found


def _scripts(session_ids: Sequence[UUID]) -> dict[UUID, ScriptRun]:
    rows = ScriptRun.objects.visible_to(_SYSTEM).filter(session_id__in=list(session_ids))
    return {row.session_id: row for row in rows.select_related("version")}


def _statements(actor: Actor, rows: Sequence[AccessSession]) -> dict[UUID, wire.DeviceStatement]:
    """What the customer says of each device today."""
    found = {}
    for device_id in {row.device_id for row in rows}:
        row = devices.statement(actor, device_id)
        if row is not None:
            found[device_id] = wire.DeviceStatement.parse(row.body)
    return found
