"""Resolve a case: the cause, what was done, and what it spared."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy, text
from reachback.cases.errors import BadEntry, WrongState
from reachback.cases.facts import CaseResolved
from reachback.cases.models import Resolution
from reachback.cases.statuses import ALTERNATIVE_NAMES, RESOLVED
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor

_MOST = Decimal("9999999999.99")


@dataclass(frozen=True, kw_only=True)
class NewResolution:
    """How the case ended. A saving counts only with its cost, currency and source."""

    cause: str
    action: str
    alternative: str = "none"  # truck_roll | call_back | escalation | none
    alternative_cost: Decimal | None = None
    currency: str = ""  # ISO 4217
    cost_source: str = ""


def resolve(*, actor: Actor, now: datetime, case_id: UUID, resolution: NewResolution) -> UUID:
    """Record the resolution under the actor's name. Returns the entry, for undo.

    Raises BadEntry naming the field that is missing, WrongState when it is resolved already.
    """
    checked = _checked(resolution)
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.resolved",
        allowed=policy.may_work,
    ) as change:
        case = change.case
        if not case.is_open:
            raise WrongState(_("The case is already finished."), status=case.status)
        row = Resolution(
            case=case,
            organisation_id=case.organisation_id,
            cause=checked.cause,
            action=checked.action,
            alternative=checked.alternative,
            alternative_cost=checked.alternative_cost,
            currency=checked.currency,
            cost_source=checked.cost_source,
            recorded_by_id=actor.id if actor.kind == "person" else None,
            recorded_by_name=text.one_line(actor.name, 200),
            recorded_at=now,
            sample=case.sample,
        )
        row.save(force_insert=True)
        before = change.put(status=RESOLVED, resolved_at=now, proposal=None)
        entry = change.log(
            body=f"{checked.cause}\n{checked.action}",
            data={
                "field": "resolution",
                "resolution": str(row.id),
                "cause": checked.cause,
                "action": checked.action,
                "alternative": checked.alternative,
                "before": before,
                "after": {"status": RESOLVED},
            },
            clock="resolved",
            visible=True,
        )
        fact = CaseResolved(
            **telling(case, now), resolution_id=row.id, alternative=checked.alternative
        )
        facts.publish(fact, now=now)
    return entry.id


def _checked(given: NewResolution) -> NewResolution:
    cause, action = text.one_line(given.cause, 500), text.one_line(given.action, 500)
    if not cause:
        raise BadEntry(_("What was the cause?"), field="cause")
    if not action:
        raise BadEntry(_("What was done?"), field="action")
    if given.alternative not in ALTERNATIVE_NAMES:
        raise BadEntry(_("There is no such alternative."), field="alternative")
    if given.alternative == "none":
        return NewResolution(cause=cause, action=action)
    return _checked_saving(given, cause, action)


def _checked_saving(given: NewResolution, cause: str, action: str) -> NewResolution:
    cost, currency = given.alternative_cost, given.currency.strip().upper()
    source = text.one_line(given.cost_source, 200)
    if cost is None or not cost.is_finite() or not 0 <= cost <= _MOST:
        raise BadEntry(_("What would it have cost?"), field="alternative_cost")
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise BadEntry(_("Which currency? Three letters, such as EUR."), field="currency")
    if not source:
        raise BadEntry(_("Where does this cost come from?"), field="cost_source")
    return NewResolution(
        cause=cause,
        action=action,
        alternative=given.alternative,
        alternative_cost=cost.quantize(Decimal("0.01")),
        currency=currency,
        cost_source=source,
    )
