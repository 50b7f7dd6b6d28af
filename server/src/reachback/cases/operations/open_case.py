"""Open a case."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.agreements import operations as agreements
from reachback.agreements import queries as entitlements
from reachback.cases import ledger, policy, text
from reachback.cases.errors import BadEntry, MayNot
from reachback.cases.facts import CaseOpened
from reachback.cases.models import Case
from reachback.cases.statuses import CHANNEL_NAMES, PRIORITY_NAMES
from reachback.cases.suggestions import team_for
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor, system
from reachback.kernel.ids import new_id
from reachback.kernel.numbers import next_number
from reachback.people import queries as people

_FIRST_KIND = {"phone": "call", "alert": "alert"}


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What is known when a case is opened. `priority` None is normal; `why` says who chose it."""

    organisation_id: UUID
    subject: str
    channel: str
    body: str = ""
    site_id: UUID | None = None
    contact_id: UUID | None = None
    requester_id: UUID | None = None
    priority: int | None = None
    why: str = ""
    category: str = ""
    language: str = ""
    device_id: UUID | None = None
    device_name: str = ""
    alert_id: UUID | None = None
    check_name: str = ""
    data: dict[str, Any] = field(default_factory=dict)  # of the first entry
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The case just opened."""

    case_id: UUID
    number: int


def open_case(*, actor: Actor, now: datetime, case: NewCase) -> Opened:
    """Open the case under the entitlement in force and start its clocks.

    Raises BadEntry for a missing subject, an unknown channel or priority, and MayNot.
    """
    _check(actor, case)
    entitled = entitlements.entitlement_for(
        organisation_id=case.organisation_id, site_id=case.site_id, now=now
    )
    terms = entitled.terms
    priority = case.priority or 3
    suggested = team_for(
        organisation_id=case.organisation_id, device_id=case.device_id, entitled=entitled
    )
    why = case.why or terms.why(subject=text.one_line(case.subject, 80), priority=priority)
    with transaction.atomic():
        terms_id = agreements.keep_terms(terms=terms, now=now)
        row = Case(
            id=new_id(),
            number=next_number("case"),
            organisation_id=case.organisation_id,
            site_id=case.site_id,
            contact_id=case.contact_id,
            requester_id=case.requester_id,
            device_id=case.device_id,
            device_name=text.one_line(case.device_name, 200),
            alert_id=case.alert_id,
            check_name=text.one_line(case.check_name, 120),
            subject=text.one_line(case.subject, text.MAX_SUBJECT),
            channel=case.channel,
            category=text.one_line(case.category, 80),
            language=case.language[:16],
            priority=priority,
            priority_why=text.one_line(why, 300),
            terms_id=terms_id,
            service_level=terms.name[:80],
            suggested_team_id=suggested.team_id,
            suggested_why=suggested.why[:200],
            opened_at=now,
            updated_at=now,
            sample=case.sample,
        )
        row.save(force_insert=True)
        change = ledger.Change(row, actor, now)
        change.log(
            _FIRST_KIND.get(case.channel, "message"),
            body=case.body,
            data=case.data | {"priority": priority, "terms": str(terms_id)},
            clock="opened",
            visible=True,
        )
        ledger.keep(change, action="case.opened", created=True)
        facts.publish(
            CaseOpened(**telling(row, now), channel=row.channel, alert_id=row.alert_id), now=now
        )
    return Opened(row.id, row.number)


def _check(actor: Actor, case: NewCase) -> None:
    if not policy.may_open(actor, case.organisation_id):
        raise MayNot(_("You may not open a case for this organisation."), action="case.opened")
    if case.site_id is not None:
        site = people.sites(system("cases.sites"), case.organisation_id).filter(pk=case.site_id)
        if not site.exists():
            raise BadEntry(_("This site belongs to another customer."), field="site")
    if not text.one_line(case.subject, text.MAX_SUBJECT):
        raise BadEntry(_("A case needs a subject."), field="subject")
    if case.channel not in CHANNEL_NAMES:
        raise BadEntry(_("There is no such channel."), field="channel")
    if case.priority is not None and case.priority not in PRIORITY_NAMES:
        raise BadEntry(_("A priority is 1 (most urgent) to 4."), field="priority")
