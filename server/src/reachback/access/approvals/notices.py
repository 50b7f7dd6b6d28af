"""Telling approvers that they are asked, and technicians what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from reachback.access.approvals import rota
from reachback.access.models import ApprovalRequest
from reachback.delivery import operations as delivery
from reachback.delivery.slots import MessageKind
from reachback.kernel.actors import system
from reachback.kernel.nudges import PROVIDER, Nudge, publish
from reachback_wire import documents as wire
from reachback_wire.documents.capability import Capability
from reachback_wire.sentences import capability_words

ASKED: Final = "approval.asked"
ANSWERED: Final = "approval.answered"
PATIENCE: Final = timedelta(minutes=5)
"""How long an approver has before the next one is told as well."""
_ACTOR = system("access.approvals")


def kinds() -> Sequence[MessageKind]:
    """What approvals send, for everybody's preferences."""
    return (
        MessageKind(
            kind=ASKED,
            label=_("Your approval is asked for"),
            about=_("A technician may go on only when you say yes."),
            audience="customer",
        ),
        MessageKind(
            kind=ANSWERED,
            label=_("Your request was answered"),
            about=_("The customer approved or refused what you asked for."),
            audience="provider",
        ),
    )


def acts(row: ApprovalRequest) -> str:
    """What is asked, in words: “open a shell as guest”."""
    asked = wire.ApprovalRequest.parse(row.body)
    values = (asked.parameter,) if asked.parameter else ()
    return capability_words(Capability(row.capability, values))


def tell_next(row: ApprovalRequest, rule: wire.ApprovalRule, *, origin: str, now: datetime) -> bool:
    """Tell as many more approvers as answers are needed; everybody when nobody is on duty.

    Returns whether somebody was left to tell.
    """
    found = list(rota.standing(row.organisation_id, rule, now))
    awake = [each for each in found if each.on_duty]
    wanted = row.told + row.needed if awake[row.told :] else len(found)
    fresh = found[row.told : wanted]
    for each in fresh:
        _tell(row, each.person, origin=origin, now=now)
    row.told += len(fresh)
    row.save(update_fields=["told"])
    return bool(fresh)


def _tell(row: ApprovalRequest, person: rota.Person, *, origin: str, now: datetime) -> None:
    href = reverse("access_portal:approval", args=[row.id])
    zone = ZoneInfo(row.organisation.zone)
    with translation.override(person.language):
        names = {
            "who": row.requester.name,
            "device": row.device.name,
            "acts": acts(row),
            "reason": row.reason,
            "until": f"{row.until.astimezone(zone):%H:%M} ({zone})",
            "link": f"{origin.rstrip('/')}{href}",
        }
        text = _(
            "%(who)s asks to %(acts)s on %(device)s, until %(until)s.\n\nWhy: %(reason)s\n\n"
            "Approve or refuse: %(link)s"
        )
        delivery.send(
            actor=_ACTOR,
            now=now,
            person_id=person.id,
            kind=ASKED,
            subject=_("%(who)s asks for your approval: %(device)s") % names,
            text=text % names,
            href=href,
            idempotency_key=f"{ASKED}:{row.id}:{person.id}",
        )


def tell_requester(row: ApprovalRequest, who: str, *, now: datetime) -> None:
    """The technician learns of the answer wherever they are."""
    person = row.requester
    if not person.is_active or person.sample:
        return
    with translation.override(person.language):
        approved = row.state == ApprovalRequest.State.APPROVED
        words = _("%(who)s approved: %(device)s") if approved else _("%(who)s refused: %(device)s")
        subject = words % {"who": who, "device": row.device.name}
        delivery.send(
            actor=_ACTOR,
            now=now,
            person_id=person.id,
            kind=ANSWERED,
            subject=subject,
            text=subject,
            href=reverse("access:approval", args=[row.id]),
            idempotency_key=f"{ANSWERED}:{row.id}",
        )


def changed(row: ApprovalRequest) -> None:
    """Open pages about this request follow."""
    audience = frozenset({PROVIDER, f"org:{row.organisation_id}"})
    data = {"approval": str(row.id), "state": str(row.state)}
    publish(
        Nudge(topic=f"approval:{row.id}", event="approval.changed", audience=audience, data=data)
    )
