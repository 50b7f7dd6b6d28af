"""From typed filter terms to a condition on cases."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from reachback.cases.filters import Term
from reachback.kernel.actors import Actor

_COMPARE = {"=": "priority", "<": "priority__lt", ">": "priority__gt"}
_COMPARE |= {"<=": "priority__lte", ">=": "priority__gte"}


def condition(terms: tuple[Term, ...], *, actor: Actor, now: datetime) -> Q:
    """All terms at once."""
    found = Q()
    for term in terms:
        each = _READERS[term.key](term, actor, now)
        found &= ~each if term.negated else each
    return found


def says_finished(terms: tuple[Term, ...]) -> bool:
    """Whether the person asks about cases whatever their status, or finished ones."""
    return any(
        term.key == "number" or (term.key == "is" and term.value in {"resolved", "closed"})
        for term in terms
    )


def _is(term: Term, actor: Actor, now: datetime) -> Q:
    states = {
        "open": Q(is_open=True),
        "unassigned": Q(team=None, assignee=None),
        "urgent": Q(priority=1),
        "overdue": Q(due_at__lt=now),
        "live": Q(live_session=True),
        "mine": Q(assignee_id=actor.id),
    }
    return states.get(term.value, Q(status=term.value))


def _site(term: Term, actor: Actor, now: datetime) -> Q:
    return Q(site__name__icontains=term.value) | Q(site__city__icontains=term.value)


def _customer(term: Term, actor: Actor, now: datetime) -> Q:
    return Q(organisation__name__icontains=term.value)


def _assignee(term: Term, actor: Actor, now: datetime) -> Q:
    if term.value.lower() == "me":
        return Q(assignee_id=actor.id)
    if term.value.lower() == "none":
        return Q(assignee=None)
    return Q(assignee__name__icontains=term.value)


def _team(term: Term, actor: Actor, now: datetime) -> Q:
    if term.value.lower() == "mine":
        return Q(team_id__in=actor.team_ids)
    if term.value.lower() == "none":
        return Q(team=None)
    return Q(team__name__icontains=term.value)


def _due(term: Term, actor: Actor, now: datetime) -> Q:
    assert term.span is not None  # noqa: S101 - the parser gives every due term a span
    return Q(due_at__gt=now + term.span) if term.compare == ">" else Q(due_at__lt=now + term.span)


def _updated(term: Term, actor: Actor, now: datetime) -> Q:
    assert term.span is not None  # noqa: S101 - the parser gives every updated term a span
    moment = now - term.span
    return Q(updated_at__lt=moment) if term.compare == ">" else Q(updated_at__gte=moment)


_READERS: dict[str, Callable[[Term, Actor, datetime], Q]] = {
    "is": _is,
    "site": _site,
    "customer": _customer,
    "assignee": _assignee,
    "team": _team,
    "due": _due,
    "updated": _updated,
    "device": lambda term, _actor, _now: Q(device_name__icontains=term.value),
    "category": lambda term, _actor, _now: Q(category__icontains=term.value),
    "channel": lambda term, _actor, _now: Q(channel__iexact=term.value),
    "priority": lambda term, _actor, _now: Q(**{_COMPARE[term.compare]: term.number}),
    "number": lambda term, _actor, _now: Q(number=term.number),
    "text": lambda term, _actor, _now: Q(subject__icontains=term.value),
}
