"""Assign a case to an agent, or to nobody."""

from datetime import datetime
from uuid import UUID

from reachback.cases import ledger, policy
from reachback.cases.facts import CaseAssigned
from reachback.cases.statuses import NEW, OPEN
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback.people.errors import NoSuchPerson


def assign(*, actor: Actor, now: datetime, case_id: UUID, assignee_id: UUID | None) -> UUID | None:
    """Give the case to the agent (None: to nobody). Returns the entry, for undo.

    None when nothing changes. Raises CaseNotFound, MayNot, NoSuchPerson.
    """
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.assigned",
        allowed=policy.may_work,
    ) as change:
        case = change.case
        if case.assignee_id == assignee_id:
            return None
        label = agent_name(actor, assignee_id) if assignee_id else ""
        status = OPEN if case.status == NEW and assignee_id else case.status
        before = change.put(assignee_id=assignee_id, status=status)
        after = {"assignee_id": str(assignee_id) if assignee_id else None, "status": status}
        entry = change.log(
            data={"field": "assignee", "to_label": label, "before": before, "after": after}
        )
        facts.publish(CaseAssigned(**telling(case, now), assignee_id=assignee_id), now=now)
    return entry.id


def agent_name(actor: Actor, agent_id: UUID) -> str:
    """The agent's name. Raises NoSuchPerson for anybody who does not work cases."""
    agent = people.agents(actor).filter(id=agent_id).first()
    if agent is None:
        raise NoSuchPerson(agent_id)
    return agent.name
