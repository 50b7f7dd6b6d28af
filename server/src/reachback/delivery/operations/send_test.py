"""Send oneself a test notification, to see that one's browsers show it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from reachback.audit.operations import record
from reachback.delivery import errors, queries
from reachback.delivery.models import Channel, Delivery
from reachback.delivery.operations.send import Letter, queue
from reachback.kernel import ids, tenancy
from reachback.kernel.actors import Actor

TEST = "test"


def send_test(*, actor: Actor, now: datetime, href: str = "") -> tuple[Delivery, ...]:
    """One message to each of one's own browsers. Raises NotAPerson, NoBrowser."""
    if actor.kind != "person" or actor.id is None:
        raise errors.NotAPerson
    endpoints = list(queries.browsers(actor).values_list("value", flat=True))
    if not endpoints:
        raise errors.NoBrowser
    letter = Letter(
        kind=TEST,
        subject=gettext("Notifications work on this device"),
        text=gettext("This is the test you asked for."),
        href=href,
    )
    key = f"test:{ids.new_id()}"
    with transaction.atomic(), tenancy.every_organisation(reason="one's own browsers"):
        rows = tuple(
            queue(
                letter=letter,
                channel=Channel.PUSH,
                address=endpoint,
                person=(actor.id, actor.organisation_id),
                key=key,
                now=now,
            )
            for endpoint in endpoints
        )
        record(
            actor=actor,
            now=now,
            action="delivery.test_sent",
            organisation_id=actor.organisation_id,
            subject_kind="person",
            subject_id=actor.id,
            subject_label=actor.name,
            data={"browsers": len(rows)},
        )
    return rows
