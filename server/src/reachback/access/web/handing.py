"""Hand a running shell over: offer, withdraw, take over; and what its page knows of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reachback.access import handing, operations, policy
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession, Handover
from reachback.access.web.errors import Malformed, question, spoken
from reachback.access.web.signing_in import second_factor
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in


@require_POST
@signed_in
@spoken
def offer(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Offer the shells of one's session to a colleague, with the browser's signed word."""
    asked = question(request)
    try:
        colleague = UUID(asked["to"])
        signed = {"body": asked["body"], "signatures": [asked["signature"]]}
    except (KeyError, ValueError) as error:
        raise Malformed from error
    row = operations.offer_session(
        actor=request.actor,
        now=clock.now(),
        session_id=session_id,
        to=colleague,
        note=asked.get("note", ""),
        offer=signed,
    )
    return JsonResponse({"expires": milliseconds(row.expires_at)}, status=201)


@require_POST
@signed_in
@spoken
def withdraw(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Take the offer back."""
    done = operations.withdraw_offer(actor=request.actor, now=clock.now(), session_id=session_id)
    return JsonResponse({"withdrawn": done})


@require_POST
@signed_in
@spoken
def take_over(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """The colleague's grant, ticket, and the offer to show to the device."""
    asked = question(request)
    made = operations.take_over(
        actor=request.actor,
        now=clock.now(),
        session_id=session_id,
        session_key=asked.get("session_key", ""),
        mfa=second_factor(request),
    )
    row = made.handover
    answer = {
        "ticket": made.ticket,
        "grant": made.regranted.grant,
        "offer": {"body": row.body, "signatures": list(row.signatures)},
    }
    return JsonResponse(answer, status=201)


def handing_of(actor: Actor, found: AccessSession, now: datetime) -> dict[str, Any] | None:
    """What the session's page knows: whom it may be handed to, or what is offered to whom."""
    if not handing.is_shell(found) or not policy.may_connect(actor, found.organisation_id):
        return None
    row = handing.standing(found.id, now)
    if found.technician_id == actor.id:
        colleagues = handing.colleagues(actor, found, now)
        return {
            "colleagues": [{"id": str(each.id), "name": each.name} for each in colleagues],
            "offer_url": reverse("access:offer_session", args=[found.id]),
            "withdraw_url": reverse("access:withdraw_offer", args=[found.id]),
            "offered": None if row is None else _told(row),
        }
    if row is None or row.receiver_id != actor.id:
        return None
    return {
        "take_url": reverse("access:take_over", args=[found.id]),
        "to_me": _told(row),
        "run_as": found.run_as,
        "channels": _living(found),
    }


def _living(found: AccessSession) -> list[str]:
    """The keys of the shells that run in it now, oldest first."""
    rows = found.channels.filter(ended_at__isnull=True, kind="shell")
    return list(rows.values_list("key", flat=True))


def _told(row: Handover) -> dict[str, Any]:
    return {
        "to": row.receiver.name,
        "by": row.giver.name,
        "note": row.note,
        "expires": milliseconds(row.expires_at),
    }


def taking(actor: Actor, found: AccessSession, now: datetime) -> bool:
    """Whether this person was granted it and the device's answer is awaited."""
    row = handing.standing(found.id, now)
    accepted = row is not None and row.state == Handover.State.ACCEPTED
    return accepted and row is not None and row.receiver_id == actor.id


def texts() -> dict[str, str]:
    """Return the page's words; %s stands for a name, %t for a time."""
    return {
        "handing_offered": _("Offered to %s until %t."),
        "handing_withdrawn": _("The offer was withdrawn."),
        "handing_expired": _("Nobody took it: the offer has expired. You go on as before."),
        "handing_too_late": _("The offer has expired."),
        "handing_taken": _("%s has taken this shell over."),
        "handing_elsewhere": _("It is handed over from the browser that opened it."),
    }
