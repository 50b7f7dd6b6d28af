"""Propose a resolution: somebody, or a recovered check, thinks the case is done."""

from datetime import datetime
from uuid import UUID

from reachback.cases import ledger, policy, text
from reachback.kernel.actors import Actor


def propose_resolution(*, actor: Actor, now: datetime, case_id: UUID, sentence: str) -> UUID | None:
    """Put the proposal on the case for an agent to decide; None when it is finished already."""
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.resolution_proposed",
        allowed=policy.may_work,
    ) as change:
        return propose(change, sentence)


def propose(change: ledger.Change, sentence: str) -> UUID | None:
    """The proposal, inside a change that is already open."""
    if not change.case.is_open:
        return None
    sentence = text.one_line(sentence, text.MAX_LINE)
    change.put(
        proposal={"sentence": sentence, "at": change.now.isoformat(), "by": change.actor.name}
    )
    return change.log(data={"field": "proposal", "sentence": sentence}).id
