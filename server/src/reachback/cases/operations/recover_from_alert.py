"""A check recovered: say so on its case and propose resolution. An agent decides."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy, text
from reachback.cases.models import Case
from reachback.cases.operations.propose_resolution import propose
from reachback.devices.facts import AlertRecovered
from reachback.kernel.actors import system

_ACTOR = system("cases.alerts")


def recover_from_alert(fact: AlertRecovered, *, fact_id: UUID, now: datetime) -> None:
    """Handle the fact once. A case that is finished or gone is left alone."""
    found = Case.objects.visible_to(_ACTOR).filter(alert_id=fact.alert_id, is_open=True)
    case_id = found.values_list("id", flat=True).first()
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
        propose(
            change,
            _("%(check)s has recovered. If the cause is known, the case can be resolved.")
            % {"check": check},
        )
