"""A check recovered: say so on its case and propose resolution. An agent decides."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy, text
from reachback.cases.models import Entry
from reachback.cases.operations.propose_resolution import propose
from reachback.devices.facts import AlertRecovered
from reachback.kernel.actors import system

_ACTOR = system("cases.alerts")


def recover_from_alert(fact: AlertRecovered, *, fact_id: UUID, now: datetime) -> None:
    """Handle the fact once. A case that is finished or gone is left alone."""
    case_id = _case_of(fact)
    if case_id is None:
        return
    with ledger.changing(
        actor=_ACTOR,
        now=now,
        case_id=case_id,
        action="case.alert_recovered",
        allowed=policy.may_work,
    ) as change:
        check = text.one_line(fact.check_name, 120)
        change.log(
            "alert",
            body=fact.sentence,
            data={"state": "recovered", "alert": str(fact.alert_id), "check": check},
            visible=True,
            occurred_at=fact.occurred_at,
        )
        failing = _still_failing(case_id)
        if failing:
            change.log(
                data={
                    "field": "proposal",
                    "sentence": _("%(check)s has recovered; still failing: %(failing)s.")
                    % {"check": check, "failing": ", ".join(failing)},
                }
            )
            return
        propose(
            change,
            _("%(check)s has recovered. If the cause is known, the case can be resolved.")
            % {"check": check},
        )


def _case_of(fact: AlertRecovered) -> UUID | None:
    """The open case whose timeline the alert stands in: it opened the case or joined it."""
    told = Entry.objects.visible_to(_ACTOR).filter(
        kind="alert",
        data__alert=str(fact.alert_id),
        case__device_id=fact.device_id,
        case__is_open=True,
    )
    found: UUID | None = told.values_list("case_id", flat=True).first()
    return found


def _still_failing(case_id: UUID) -> list[str]:
    """The checks of the case whose newest alert has not recovered, in the order they failed."""
    lines = Entry.objects.visible_to(_ACTOR).filter(case_id=case_id, kind="alert")
    state: dict[str, tuple[str, str]] = {}
    for data in lines.order_by("recorded_at", "id").values_list("data", flat=True):
        state[str(data.get("alert"))] = (str(data.get("check", "")), str(data.get("state")))
    failing = [check for check, each in state.values() if each == "raised"]
    return list(dict.fromkeys(failing))
