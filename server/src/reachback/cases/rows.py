"""One line of the queue, the same for every viewer, so that it is rendered once per version."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from reachback.cases.models import Case
from reachback.cases.statuses import CHANNEL_NAMES

#: What a row joins; one query for a whole page of them.
JOINS = ("organisation", "site", "team", "assignee", "suggested_team")
#: What a row reads, and the order of lists; a page of fifty rows reads no other columns.
COLUMNS = (
    "number", "version", "subject", "device_name", "channel", "priority", "priority_why", "status",
    "is_open", "due_at", "due_from", "due_clock", "opened_at", "updated_at", "sort_due",
    "last_word", "last_word_by", "live_session", "proposal", "sample",
    *(f"{join}__name" for join in JOINS),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What one glance needs: who, what, since when, what next, by when."""

    id: UUID
    number: int
    version: int
    subject: str
    customer: str
    site: str
    device: str
    channel: str
    channel_name: str | Promise
    priority: int
    status: str
    is_open: bool
    team_id: UUID | None
    team: str
    assignee_id: UUID | None
    assignee: str
    due_at: datetime | None
    due_from: datetime | None
    due_clock: str
    opened_at: datetime
    updated_at: datetime
    last_word: str
    last_word_by: str
    live_session: bool
    proposed: bool
    sample: bool
    suggested_team_id: UUID | None
    suggested_team: str
    why: str

    @property
    def flagged(self) -> bool:
        """Whether the row asks for somebody now: a failing check nobody has taken."""
        return self.is_open and self.status == "new" and self.priority == 1

    @property
    def can_dispatch(self) -> bool:
        """Whether one key gives it to the suggested team."""
        if self.suggested_team_id is None or not self.is_open:
            return False
        return self.team_id != self.suggested_team_id


def row(case: Case) -> CaseRow:
    """The row of a case read with JOINS."""
    return CaseRow(
        id=case.id,
        number=case.number,
        version=case.version,
        subject=case.subject,
        customer=case.organisation.name,
        site=case.site.name if case.site else "",
        device=case.device_name,
        channel=case.channel,
        channel_name=CHANNEL_NAMES.get(case.channel, case.channel),
        priority=case.priority,
        status=case.status,
        is_open=case.is_open,
        team_id=case.team_id,
        team=case.team.name if case.team else "",
        assignee_id=case.assignee_id,
        assignee=case.assignee.name if case.assignee else "",
        due_at=case.due_at,
        due_from=case.due_from,
        due_clock=case.due_clock,
        opened_at=case.opened_at,
        updated_at=case.updated_at,
        last_word=case.last_word,
        last_word_by=case.last_word_by,
        live_session=case.live_session,
        proposed=case.proposal is not None,
        sample=case.sample,
        suggested_team_id=case.suggested_team_id,
        suggested_team=case.suggested_team.name if case.suggested_team else "",
        why=case.priority_why,
    )


def views_of(row: CaseRow) -> list[str]:
    """The names of the standing views this row belongs to (see `views`)."""
    if not row.is_open:
        return ["resolved"]
    found = ["open"]
    if row.assignee_id is None and row.team_id is None:
        found.append("unassigned")
    if row.priority == 1:
        found.append("urgent")
    if row.team_id is not None:
        found.append(f"team:{row.team_id}")
    if row.assignee_id is not None:
        found.append(f"user:{row.assignee_id}")
    return found
