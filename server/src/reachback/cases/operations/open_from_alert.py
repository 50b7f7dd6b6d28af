"""Open a case from an alert, or join the one its device has open already."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.agreements import queries as entitlements
from reachback.agreements.queries import Entitled
from reachback.cases import ledger, policy, text
from reachback.cases.history import previous_of_device
from reachback.cases.models import Case, Entry
from reachback.cases.operations.open_case import NewCase, open_case
from reachback.cases.statuses import OPEN_STATUSES
from reachback.devices.facts import AlertRaised
from reachback.kernel.actors import Actor, system
from reachback.kernel.turns import take_turn

_ACTOR = system("cases.alerts")
_MOST_CHANGES = 20
_CLONE = "clone"


def open_from_alert(fact: AlertRaised, *, fact_id: UUID, now: datetime) -> None:
    """Handle the fact once: one open case per outage of a device, with what is known about it.

    A second check that fails while the first one's case is open joins that case. A suspected
    clone is no outage: it has a case of its own.
    """
    with transaction.atomic():
        take_turn("cases.device", fact.device_id)  # two checks that fail at once share a case
        joined = _open_case_of(_ACTOR, fact)
        if joined is not None:
            _join(joined, fact, now)
            return
        entitled = entitlements.entitlement_for(
            organisation_id=fact.organisation_id, site_id=fact.site_id, now=now
        )
        check = text.one_line(fact.check_name, 120)
        priority = _priority(entitled, fact, check)
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
    check = text.one_line(fact.check_name, 120)
    found = Case.objects.visible_to(actor).select_for_update()
    rows = found.filter(device_id=fact.device_id, is_open=True, status__in=OPEN_STATUSES)
    alerted = list(rows.filter(channel="alert").exclude(check_name="").order_by("opened_at"))
    same = [case for case in alerted if case.check_name == check]
    if same or fact.kind == _CLONE:
        return same[0] if same else None
    return next((case for case in alerted if not _about_a_clone(case)), None)


def _about_a_clone(case: Case) -> bool:
    first = Entry.objects.visible_to(_ACTOR).filter(case=case, kind="alert")
    clone: bool = first.filter(data__kind=_CLONE).exists()
    return clone


def _join(case: Case, fact: AlertRaised, now: datetime) -> None:
    if _knows(case, fact):
        return
    check = text.one_line(fact.check_name, 120)
    body = fact.sentence
    if check != case.check_name:
        body = _("%(check)s failed, too: %(sentence)s") % {"check": check, "sentence": body}
    with ledger.changing(
        actor=_ACTOR,
        now=now,
        case_id=case.id,
        action="case.alert_joined",
        allowed=policy.may_work,
    ) as change:
        change.put(proposal=None)
        change.log(
            "alert",
            body=body,
            data={
                "state": "raised",
                "alert": str(fact.alert_id),
                "check": check,
                "changed": _changed(fact),
            },
            visible=True,
            occurred_at=fact.occurred_at,
        )
        _raise_priority(change, fact, check, now)


def _knows(case: Case, fact: AlertRaised) -> bool:
    entries = Entry.objects.visible_to(_ACTOR).filter(case=case, kind="alert")
    known: bool = entries.filter(data__alert=str(fact.alert_id)).exists()
    return known


def _raise_priority(change: ledger.Change, fact: AlertRaised, check: str, now: datetime) -> None:
    """A check that matters more than what the case was opened for makes the case more urgent."""
    entitled = entitlements.entitlement_for(
        organisation_id=fact.organisation_id, site_id=fact.site_id, now=now
    )
    priority = _priority(entitled, fact, check)
    if priority >= change.case.priority:
        return
    before = change.put(
        priority=priority, priority_why=entitled.terms.why(subject=check, priority=priority)
    )
    change.log(
        data={
            "field": "priority",
            "priority": priority,
            "before": before,
            "after": {"priority": priority},
        },
        clock="priority",
    )


def _priority(entitled: Entitled, fact: AlertRaised, check: str) -> int:
    severity = getattr(fact, "severity", "critical")
    priority: int = entitled.terms.alert_priority(check=check, severity=severity)
    return priority


def _first_data(fact: AlertRaised, now: datetime) -> dict[str, object]:
    return {
        "state": "raised",
        "alert": str(fact.alert_id),
        "kind": fact.kind,
        "check": text.one_line(fact.check_name, 120),
        "device": text.one_line(fact.device_name, 200),
        "failed_at": fact.occurred_at.isoformat(),
        "changed": _changed(fact),
        "history": previous_of_device(_ACTOR, fact.device_id, now=now),
    }


def _changed(fact: AlertRaised) -> list[str]:
    return [text.one_line(line, text.MAX_LINE) for line in fact.changed[:_MOST_CHANGES]]
