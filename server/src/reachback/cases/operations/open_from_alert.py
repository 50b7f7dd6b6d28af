"""Open a case from an alert, or join the one its check has open already."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.agreements import queries as entitlements
from reachback.cases import ledger, policy, text
from reachback.cases.history import previous_of_device
from reachback.cases.models import Case
from reachback.cases.operations.open_case import NewCase, open_case
from reachback.cases.statuses import OPEN_STATUSES
from reachback.devices.facts import AlertRaised
from reachback.kernel.actors import Actor, system

_ACTOR = system("cases.alerts")
_MOST_CHANGES = 20


def open_from_alert(fact: AlertRaised, *, fact_id: UUID, now: datetime) -> None:
    """Handle the fact once: one open case per device and check, with what is known about it."""
    with transaction.atomic():
        joined = _open_case_of(_ACTOR, fact)
        if joined is not None:
            _join(joined, fact, now)
            return
        entitled = entitlements.entitlement_for(
            organisation_id=fact.organisation_id, site_id=fact.site_id, now=now
        )
        check = text.one_line(fact.check_name, 120)
        priority = entitled.terms.alert_priority(
            check=check, severity=getattr(fact, "severity", "critical")
        )
        opened = NewCase(
            organisation_id=fact.organisation_id,
            site_id=fact.site_id,
            subject=_("%(check)s failed on %(device)s")
            % {"check": check, "device": text.one_line(fact.device_name, 60)},
            channel="alert",
            body=fact.sentence,
            priority=priority,
            why=entitled.terms.why(subject=check, priority=priority),
            category=check,
            device_id=fact.device_id,
            device_name=fact.device_name,
            alert_id=fact.alert_id,
            check_name=check,
            data=_first_data(fact, now),
        )
        open_case(actor=_ACTOR, now=now, case=opened)


def _open_case_of(actor: Actor, fact: AlertRaised) -> Case | None:
    found = Case.objects.visible_to(actor).select_for_update()
    row: Case | None = found.filter(
        device_id=fact.device_id,
        check_name=text.one_line(fact.check_name, 120),
        is_open=True,
        status__in=OPEN_STATUSES,
    ).first()
    return row


def _join(case: Case, fact: AlertRaised, now: datetime) -> None:
    if case.alert_id == fact.alert_id:
        return
    with ledger.changing(
        actor=_ACTOR,
        now=now,
        case_id=case.id,
        action="case.alert_joined",
        allowed=policy.may_work,
    ) as change:
        change.put(alert_id=fact.alert_id, proposal=None)
        change.log(
            "alert",
            body=fact.sentence,
            data={
                "state": "raised",
                "alert": str(fact.alert_id),
                "changed": _changed(fact),
            },
            visible=True,
            occurred_at=fact.occurred_at,
        )


def _first_data(fact: AlertRaised, now: datetime) -> dict[str, object]:
    return {
        "state": "raised",
        "alert": str(fact.alert_id),
        "check": text.one_line(fact.check_name, 120),
        "device": text.one_line(fact.device_name, 200),
        "failed_at": fact.occurred_at.isoformat(),
        "changed": _changed(fact),
        "history": previous_of_device(_ACTOR, fact.device_id, now=now),
    }


def _changed(fact: AlertRaised) -> list[str]:
    return [text.one_line(line, text.MAX_LINE) for line in fact.changed[:_MOST_CHANGES]]
