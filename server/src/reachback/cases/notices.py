"""Messages to the people of a case: somebody answered, and they may not have a page open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from reachback.cases import queries
from reachback.cases.facts import CaseAnswered, CustomerWrote
from reachback.delivery import operations as delivery
from reachback.delivery.slots import MessageKind
from reachback.kernel.actors import system
from reachback.people import queries as people

ANSWERED = "case.answered"
CUSTOMER_WROTE = "case.customer_wrote"
_ACTOR = system("cases.notices")


def kinds() -> Sequence[MessageKind]:
    """What cases send, for everybody's preferences."""
    return (
        MessageKind(
            kind=ANSWERED,
            label=_("An agent answered"),
            about=_("On a case you opened."),
            audience="customer",
        ),
        MessageKind(
            kind=CUSTOMER_WROTE,
            label=_("A customer wrote"),
            about=_("On a case that is yours."),
            audience="provider",
        ),
    )


def tell_requester(fact: CaseAnswered, *, fact_id: UUID, now: datetime) -> None:
    """Who opened the case learns of the answer, in their language."""
    case = queries.case(_ACTOR, fact.case_id)
    if case.requester_id is not None:
        _send(case.requester_id, fact, ANSWERED, fact_id, now)


def tell_assignee(fact: CustomerWrote, *, fact_id: UUID, now: datetime) -> None:
    """Whose case it is learns that the customer wrote."""
    case = queries.case(_ACTOR, fact.case_id)
    if case.assignee_id is not None:
        _send(case.assignee_id, fact, CUSTOMER_WROTE, fact_id, now)


def _send(
    person_id: UUID, fact: CaseAnswered | CustomerWrote, kind: str, fact_id: UUID, now: datetime
) -> None:
    person = people.person(_ACTOR, person_id)
    if not person.is_active or person.sample:
        return
    page = "cases:case" if person.organisation.is_provider else "cases_portal:case"
    values = {"number": fact.number, "subject": fact.subject[:120]}
    with translation.override(person.language):
        if kind == ANSWERED:
            subject = _("Answered: %(subject)s (case %(number)s)") % values
            text = _("An agent answered on case %(number)s, “%(subject)s”. Sign in to read it.")
        else:
            subject = _("The customer wrote: %(subject)s (case %(number)s)") % values
            text = _("The customer wrote on case %(number)s, “%(subject)s”. It is yours.")
        delivery.send(
            actor=_ACTOR,
            now=now,
            person_id=person.id,
            kind=kind,
            subject=subject,
            text=text % values,
            href=reverse(page, args=[fact.number]),
            idempotency_key=f"{kind}:{fact_id}",
        )
