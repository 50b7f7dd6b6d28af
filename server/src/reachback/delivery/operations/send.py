"""Send a message to a person, on every channel they want it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.delivery import jobs
from reachback.delivery.models import Address, Channel, Delivery, Preference, Way
from reachback.kernel import nudges, tenancy
from reachback.kernel.actors import Actor
from reachback.people import queries


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is to be said; `kind` (`case.assigned`) is what preferences speak about."""

    kind: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    href: str = ""


def send(  # noqa: PLR0913 - a message has that many sides
    *,
    actor: Actor,
    now: datetime,
    person_id: UUID,
    kind: str,
    subject: str,
    text: str,
    idempotency_key: str,
    html: str | None = None,
    href: str = "",
) -> tuple[Delivery, ...]:
    """Queue the message in the caller's transaction; the same key again returns the same rows.

    A person who wants it on no channel leaves a row in the state `unwanted`: nothing is lost
    without a trace. Who has a page open meets it there too, unless they switched that off; that is
    a nudge and leaves no row. `href` is the page it is about. Raises NoSuchPerson when the actor
    may not see the person.
    """
    person = queries.person(actor, person_id)
    letter = Letter(kind=kind, subject=subject, text=text, html=html or "", href=href)
    with transaction.atomic(), tenancy.every_organisation(reason="the person was checked above"):
        refused = set(
            Preference.objects.filter(person=person, kind=kind, wanted=False).values_list(
                "channel", flat=True
            )
        )
        known = Delivery.objects.filter(person=person, idempotency_key=idempotency_key[:200])
        if Way.PAGE not in refused and not known.exists():
            nudges.publish(_notice(person.id, letter))
        targets = [(Channel.EMAIL, person.email)]
        subscriptions = Address.objects.filter(person=person, channel=Channel.PUSH, gone_at=None)
        targets += [(Channel.PUSH, each) for each in subscriptions.values_list("value", flat=True)]
        wanted = [target for target in targets if target[0] not in refused]
        state = Delivery.State.WAITING if wanted else Delivery.State.UNWANTED
        return tuple(
            queue(
                letter=letter,
                channel=channel,
                address=address,
                person=(person.id, person.organisation_id),
                key=idempotency_key,
                state=state,
                now=now,
            )
            for channel, address in wanted or targets[:1]
        )


def _notice(person_id: UUID, letter: Letter) -> nudges.Nudge:
    """The same on the person's open pages; short, because it may be missed."""
    return nudges.Nudge(
        topic="notices",
        event="notice",
        audience=frozenset({f"user:{person_id}"}),
        data={"words": " ".join(letter.subject.split())[:200], "href": letter.href},
    )


def queue(
    *,
    letter: Letter,
    channel: Channel,
    address: str,
    person: tuple[UUID | None, UUID | None],
    key: str,
    now: datetime,
    state: Delivery.State = Delivery.State.WAITING,
) -> Delivery:
    """Create the row and its first attempt, once per (key, channel, address)."""
    row: Delivery
    row, created = Delivery.objects.get_or_create(
        idempotency_key=key[:200],
        channel=channel,
        address=address,
        defaults={
            "person_id": person[0],
            "organisation_id": person[1],
            "kind": letter.kind,
            "subject": " ".join(letter.subject.split())[:300],
            "text": letter.text,
            "html": letter.html,
            "sender": letter.sender,
            "href": letter.href,
            "state": state,
            "created_at": now,
            "finished_at": None if state == Delivery.State.WAITING else now,
            "next_attempt_at": now if state == Delivery.State.WAITING else None,
        },
    )
    if created and state == Delivery.State.WAITING:
        jobs.schedule(row, due=now, now=now)
    return row
