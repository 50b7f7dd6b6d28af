"""Messages to people: a colleague hands you what runs."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from reachback.access.models import Handover
from reachback.delivery import operations as delivery
from reachback.delivery.slots import MessageKind
from reachback.kernel.actors import system

OFFERED = "session.offered"
_ACTOR = system("access.notices")


def kinds() -> Sequence[MessageKind]:
    """What access sends, for everybody's preferences."""
    return (
        MessageKind(
            kind=OFFERED,
            label=_("A colleague hands you a running shell"),
            about=_("With how the matter stands; the offer lasts a quarter of an hour."),
            audience="provider",
        ),
    )


def tell_offer(row: Handover, *, now: datetime) -> None:
    """The colleague learns of it where they are, with the way there."""
    person, device = row.receiver, row.session.device.name
    if not person.is_active or person.sample:
        return
    with translation.override(person.language):
        names = {"who": row.giver.name, "device": device, "note": row.note}
        delivery.send(
            actor=_ACTOR,
            now=now,
            person_id=person.id,
            kind=OFFERED,
            subject=_("%(who)s hands you a shell on %(device)s") % names,
            text=_("%(who)s hands you the shell that runs on %(device)s: “%(note)s”") % names,
            href=reverse("access:session", args=[row.session_id]),
            idempotency_key=f"{OFFERED}:{row.id}",
        )
