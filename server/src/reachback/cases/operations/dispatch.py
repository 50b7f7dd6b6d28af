"""Dispatch a case to a team."""

from datetime import datetime
from uuid import UUID

from reachback.cases import ledger, policy
from reachback.cases.facts import CaseDispatched
from reachback.cases.statuses import NEW, OPEN
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor
from reachback.people import queries as people


def dispatch(
    *, actor: Actor, now: datetime, case_id: UUID, team_id: UUID, why: str = ""
) -> UUID | None:
    """Give the case to the team; whoever had it no longer does. Returns the entry, for undo.

    None when the team has it already. `why` is the sentence of an automatic choice. Raises
    CaseNotFound, MayNot, NoSuchTeam.
    """
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.dispatched",
        allowed=policy.may_work,
    ) as change:
        case = change.case
        if case.team_id == team_id and case.assignee_id is None:
            return None
        team = people.team(actor, team_id)
        before = change.put(
            team_id=team_id,
            assignee_id=None,
            status=OPEN if case.status == NEW else case.status,
        )
        entry = change.log(
            data={
                "field": "team",
                "to_label": team.name,
                "why": why,
                "before": before,
                "after": {"team_id": str(team_id), "assignee_id": None, "status": case.status},
            }
        )
        facts.publish(CaseDispatched(**telling(case, now), team_id=team_id), now=now)
    return entry.id
