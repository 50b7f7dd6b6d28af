"""Add an entry to a case's timeline."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy, text
from reachback.cases.errors import BadEntry, WrongState
from reachback.cases.facts import CaseAnswered, CaseReopened, CustomerWrote
from reachback.cases.models import Case, Draft, Entry
from reachback.cases.statuses import CLOSED, ENTRY_NAMES, NEW, OPEN, RESOLVED, WAITING
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor

_NEEDS_BODY = ("message", "note", "call")
_ANSWERS = ("message", "call", "session")


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What is added. A note is never visible to the customer. `wait` pauses until they answer."""

    kind: str
    body: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    visible_to_customer: bool = True
    occurred_at: datetime | None = None
    wait: bool = False


def add_entry(*, actor: Actor, now: datetime, case_id: UUID, entry: NewEntry) -> UUID:
    """Write the entry and return its id; an answer or a question moves the case's status.

    The author's draft of the same kind is used up. Raises BadEntry, MayNot, CaseNotFound, and
    WrongState when a customer writes on a case that is closed for good.
    """
    _check(entry)

    def allowed(actor: Actor, case: Case) -> bool:
        return policy.may_write(actor, case, entry.kind)

    with ledger.changing(
        actor=actor, now=now, case_id=case_id, action="case.entry_added", allowed=allowed
    ) as change:
        if change.case.status == CLOSED and not actor.is_provider and actor.kind == "person":
            raise WrongState(
                _("This case is closed. Please open a new one; it can name this one."),
                status=CLOSED,
            )
        visible = entry.visible_to_customer and entry.kind != "note"
        written = change.log(
            entry.kind,
            body=entry.body,
            data=entry.data,
            clock=_clock(actor, entry, visible=visible),
            visible=visible,
            occurred_at=entry.occurred_at,
        )
        if written.clock == "customer":
            _customer_spoke(change, written)
        elif written.clock == "answered":
            _provider_answered(change, written, wait=entry.wait)
        if actor.id is not None:
            drafts = Draft.objects.visible_to(actor)
            drafts.filter(case_id=case_id, person_id=actor.id, kind=entry.kind).delete()
    return written.id


def _check(entry: NewEntry) -> None:
    if entry.kind not in ENTRY_NAMES:
        raise BadEntry(_("There is no such kind of entry."), field="kind")
    if entry.kind in _NEEDS_BODY and not entry.body.strip():
        raise BadEntry(_("Please write something first."), field="body")
    if len(entry.body) > text.MAX_BODY:
        raise BadEntry(
            _("That is too long: %(most)s characters are the most.") % {"most": text.MAX_BODY},
            field="body",
        )


def _clock(actor: Actor, entry: NewEntry, *, visible: bool) -> str:
    if actor.kind != "person" or entry.kind not in _ANSWERS or not visible:
        return ""
    return "answered" if actor.is_provider else "customer"


def _customer_spoke(change: ledger.Change, written: Entry) -> None:
    case, now = change.case, change.now
    if case.status == WAITING:
        before = change.put(status=OPEN)
        change.log(data={"field": "status", "from": before["status"], "to": OPEN}, clock="resumed")
    elif case.status == RESOLVED:
        before = change.put(status=OPEN, resolved_at=None)
        change.log(
            data={"field": "status", "from": before["status"], "to": OPEN},
            clock="reopened",
            visible=True,
        )
        facts.publish(CaseReopened(**telling(case, now)), now=now)
    facts.publish(CustomerWrote(**telling(case, now), entry_id=written.id), now=now)


def _provider_answered(change: ledger.Change, written: Entry, *, wait: bool) -> None:
    case, now = change.case, change.now
    if wait and case.status in {NEW, OPEN}:
        before = change.put(status=WAITING)
        change.log(
            data={"field": "status", "from": before["status"], "to": WAITING}, clock="paused"
        )
    elif case.status == NEW:
        before = change.put(status=OPEN)
        change.log(data={"field": "status", "from": before["status"], "to": OPEN})
    facts.publish(CaseAnswered(**telling(case, now), entry_id=written.id), now=now)
