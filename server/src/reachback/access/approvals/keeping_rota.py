"""Keep the customer's order of approvers and their hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import policy
from reachback.access.approvals import rota
from reachback.access.approvals.errors import RotaRefused
from reachback.access.errors import MayNotGovern
from reachback.access.models import Approver
from reachback.audit import operations as audit
from reachback.calendars.errors import BadHours
from reachback.calendars.hours import DAYS, read_day
from reachback.kernel.actors import Actor
from reachback.people import queries as people

_SHORT = {day[:3].lower(): day for day in DAYS}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One person as the form has them: no `position`, no place in the order."""

    person: str
    position: str
    hours: str
    phone: str


def people_of(actor: Actor, organisation_id: UUID) -> Sequence[Any]:
    """Everybody of the customer who signs in."""
    found = people.people(actor, organisation_id).filter(is_active=True)
    return list(found.order_by("name"))


def keep_rota(
    *, actor: Actor, now: datetime, organisation_id: UUID, places: Sequence[Place]
) -> None:
    """Replace the order. Raises MayNotGovern, RotaRefused."""
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    known = {str(each.id): each for each in people_of(actor, organisation_id)}
    wanted = [each for each in places if each.person in known and each.position.strip()]
    rows = [
        Approver(
            organisation_id=organisation_id,
            person=known[each.person],
            position=_position(each.position),
            hours=week(each.hours),
            phone=" ".join(each.phone.split())[:40],
        )
        for each in wanted
    ]
    with transaction.atomic():
        for before in rota.rota(organisation_id):
            before.delete()
        for row in rows:
            row.save()
        audit.record(
            actor=actor,
            now=now,
            action="approval.rota_changed",
            organisation_id=organisation_id,
            subject_kind="organisation",
            subject_id=organisation_id,
            subject_label=_("approvers"),
            data={"order": [known[each.person].name for each in wanted][:20]},
        )


def _position(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:4]) <= rota.LAST - 1):
        raise RotaRefused(_("The order is a number: 1 is asked first."))
    return int(digits[:4])


def week(text: str) -> dict[str, str]:
    """Read `08:00-20:00` (every day) or `Mon 08:00-20:00; Sat 10:00-12:00`; "" is every hour."""
    if not text.strip():
        return {}
    parts = [each.strip() for each in text[:400].split(";") if each.strip()]
    try:
        if len(parts) == 1 and parts[0][:1].isdigit():
            read_day(parts[0])
            return dict.fromkeys(DAYS, parts[0])
        found = {}
        for part in parts:
            name, _sign, span = part.partition(" ")
            read_day(span)
            found[_SHORT[name[:3].lower()]] = span.strip()
    except (BadHours, KeyError) as error:
        sentence = _("Hours are written 08:00-20:00, or Mon 08:00-20:00; Sat 10:00-12:00.")
        raise RotaRefused(sentence) from error
    return found
