"""Somebody of the customer reads what is asked, and says yes with a key or no with a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reachback.access import policy, queries
from reachback.access.approvals import answering, keys, notices, requests, rota
from reachback.access.approvals.errors import MayNotAnswer
from reachback.access.errors import DocumentRefused
from reachback.access.instants import milliseconds
from reachback.access.models import ApprovalRequest
from reachback.access.web.approvals.contexts import ApprovalPage, ApprovalsPage
from reachback.access.web.errors import question, spoken
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages

State = ApprovalRequest.State
_SHOWN = 20


def _reads(actor: Actor) -> UUID:
    """Administrators see every request, approvers those they may answer. MayNotAnswer."""
    own = keys.own(actor)
    if policy.may_govern(actor, own) or rota.keys(own).filter(person_id=actor.id).exists():
        return own
    raise MayNotAnswer


@require_safe
@signed_in
def approvals(request: ActorRequest) -> HttpResponse:
    """What waits for the customer, and what was answered."""
    actor, now = request.actor, clock.now()
    own = _reads(actor)
    found = requests.requests(actor).filter(organisation_id=own)
    page = ApprovalsPage(
        title=_("Approvals"),
        waiting=list(found.filter(state=State.WAITING)),
        earlier=list(found.exclude(state=State.WAITING)[:_SHOWN]),
        approvers=_everybody(actor, own, now),
        zone=people.organisation(actor, own).zone,
        governs=policy.may_govern(actor, own),
        now=now,
    )
    return pages.render(request, "access/approvals/list.html", page)


def _everybody(actor: Actor, own: UUID, now: datetime) -> list[rota.Standing]:
    """Whoever may answer under some clause, each once."""
    contract = queries.running_contract(actor, own)
    clauses = queries.parsed(contract).clauses if contract else ()
    found: dict[UUID, rota.Standing] = {}
    for rule in (each.approval for each in clauses):
        for standing in rota.standing(own, rule, now) if rule else ():
            found.setdefault(standing.person.id, standing)
    return sorted(found.values(), key=lambda each: (not each.on_duty, each.position))


@require_safe
@signed_in
def approval(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """One request, on a phone at four in the morning."""
    actor, now = request.actor, clock.now()
    _reads(actor)
    row = requests.request(actor, approval_id)
    held = answering.own_keys(actor, row)
    zone = row.organisation.zone
    answers = list(row.answers.select_related("person"))
    page = ApprovalPage(
        title=_("Approve?"),
        asked=row,
        acts=notices.acts(row),
        site=row.device.site.name if row.device.site else "",
        answers=answers,
        keys=held,
        answered=any(each.person_id == actor.id for each in answers),
        over=row.state != State.WAITING or row.answer_by <= now,
        data=_data(actor, row, held, now),
        there=f"{row.until.astimezone(ZoneInfo(zone)):%a %H:%M}",
        zone=zone,
        now=now,
    )
    return pages.render(request, "access/approvals/answer.html", page)


def _data(actor: Actor, row: ApprovalRequest, held: list[Any], now: datetime) -> dict[str, Any]:
    """The bootstrap of approve.js: the very text whose digest is signed."""
    return {
        "request": row.body,
        "digest": row.digest,
        "approver": actor.name,
        "minutes": row.hold_minutes,
        "until": milliseconds(row.until),
        "server": milliseconds(now),
        "approve_url": reverse("access_portal:approve", args=[row.id]),
        "page": reverse("access_portal:approval", args=[row.id]),
        "keys": [
            {"line": each.line, "kind": each.kind, "credential": each.credential} for each in held
        ],
        "texts": {
            "no_key": _("Your key is not in this browser. Open this page where you made it."),
            "failed": _("The signature was not made. Nothing was approved."),
            "other": _("What is shown is not what would be signed. Nothing was approved."),
            "signing": _("Signing…"),
        },
    }


@require_POST
@signed_in
@spoken
def approve(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """Take the signed yes."""
    asked = question(request)
    row = answering.approve(
        actor=request.actor,
        now=clock.now(),
        request_id=approval_id,
        approval={"body": asked.get("body", ""), "signatures": [asked.get("signature", "")]},
    )
    return JsonResponse({"state": row.state})


@require_POST
@signed_in
def refuse(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """Say no."""
    try:
        answering.refuse(
            actor=request.actor,
            now=clock.now(),
            request_id=approval_id,
            reason=request.POST.get("reason", ""),
        )
    except DocumentRefused as refused:
        messages.error(request, refused.sentence)
    return redirect("access_portal:approval", approval_id)
