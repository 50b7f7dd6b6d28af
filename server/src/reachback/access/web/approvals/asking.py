"""A technician asks for approval, waits, and goes on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access import deciding, policy, queries
from reachback.access.approvals import asking, notices, requests, rota
from reachback.access.approvals.errors import NoSuchApproval
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.models import ApprovalRequest
from reachback.access.operations import ConnectRequest
from reachback.access.operations.connect import complete
from reachback.access.web.approvals.contexts import AskPage, WaitingPage
from reachback.access.web.errors import Malformed
from reachback.access.web.signing_in import second_factor
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback_wire import sentences
from reachback_wire.documents.capability import NAMES, Capability

_NAMES = ("case", "capability", "run_as", "target")
_USUAL_HOURS = 2


def _asked(request: ActorRequest, device_id: UUID) -> ConnectRequest:
    given = request.POST if request.method == "POST" else request.GET
    capability = given.get("capability", "shell.user")
    try:
        case_id = UUID(given["case"]) if given.get("case") else None
    except ValueError as error:
        raise Malformed from error
    if capability not in NAMES:
        raise Malformed
    return ConnectRequest(
        device_id=device_id,
        session_key="",
        case_id=case_id,
        capability=capability,
        run_as=given.get("run_as", "")[:80],
        target=given.get("target", "")[:262],
        mfa=second_factor(request),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def ask(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """The form, and what becomes of it."""
    asked = _asked(request, device_id)
    error, hours = "", _USUAL_HOURS
    if request.method == "POST":
        digits = request.POST.get("hours", "")
        hours = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 3 else 0
        given = asking.Asking(
            request=asked,
            reason=request.POST.get("reason", ""),
            hours=hours,
            origin=request.build_absolute_uri("/"),
        )
        try:
            row = asking.ask(actor=request.actor, now=clock.now(), asking=given)
        except AccessRefused as refused:
            error = refused.sentence
        else:
            return redirect("access:approval", row.id)
    page = _form(request.actor, asked, clock.now(), request.POST.get("reason", ""), hours, error)
    return pages.render(request, "access/approvals/ask.html", page, status=400 if error else 200)


def _form(
    actor: Actor, asked: ConnectRequest, now: datetime, reason: str, hours: int, error: str
) -> AskPage:
    matter = deciding.matter(actor, asked.device_id, asked.case_id, now)
    device = matter.device
    if not policy.may_connect(actor, device.organisation_id):
        raise MayNotConnect
    asked = complete(actor, asked, matter, now)
    wish = deciding.Wish(
        capability=asked.capability,
        run_as=asked.run_as,
        session_key=deciding.probe_key(),
        mfa=asked.mfa,
        target=asked.target,
    )
    decision = deciding.decide(actor, matter, wish, now)
    rule = asking.rule_of(matter.contract, decision.clause)
    case = str(asked.case_id) if asked.case_id else ""
    values = (case, asked.capability, asked.run_as, asked.target)
    parameter = deciding.parameter(matter, wish)
    return AskPage(
        title=_("Ask for approval"),
        device_name=device.name,
        acts=sentences.capability_words(
            Capability(asked.capability, (parameter,) if parameter else ())
        ),
        sentence=decision.sentence,
        fields=list(zip(_NAMES, values, strict=True)),
        reason=reason,
        hours=[(each, _("%(n)s h") % {"n": each}, each == hours) for each in asking.LENGTHS],
        error=error,
        needed=rule.needed if rule else 0,
        approvers=rota.standing(device.organisation_id, rule, now) if rule else (),
        free=free(actor, matter),
        zone=device.organisation.zone,
        crumbs=_crumbs(device.id, device.name),
        now=now,
    )


def _crumbs(device_id: UUID, name: str) -> list[tuple[str, str]]:
    return [(name, reverse("devices:detail", args=[device_id]))]


def free(actor: Actor, matter: deciding.Matter) -> Sequence[str]:
    """What this technician may do here without anybody's yes, clause by clause."""
    contract = matter.contract
    if contract is None:
        return ()
    found = []
    for clause in contract.clauses:
        mine = not clause.who.teams or set(clause.who.teams) & set(matter.teams)
        plain = clause.approval is None and clause.consent == "none" and not clause.emergency
        if mine and plain and not clause.who.technicians:
            acts = [sentences.capability_words(each) for each in clause.capabilities]
            words = f"{sentences.listed(acts)}, {sentences.when_words(clause.when)}"
            said = {"words": f"{words[:1].upper()}{words[1:]}", "number": clause.number}
            found.append(_("%(words)s (clause %(number)s)") % said)
    return found


@require_safe
@signed_in
def waiting(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """What became of it; when it is approved the page goes on by itself."""
    actor, now = request.actor, clock.now()
    if not actor.is_provider:
        raise NoSuchApproval
    row = requests.request(actor, approval_id)
    return pages.render(request, "access/approvals/waiting.html", _waiting(actor, row, now))


def _waiting(actor: Actor, row: ApprovalRequest, now: datetime) -> WaitingPage:
    contract = queries.running_contract(actor, row.organisation_id)
    rule = asking.rule_of(queries.parsed(contract) if contract else None, row.clause)
    matter = deciding.matter(actor, row.device_id, None, now)
    used = row.state == ApprovalRequest.State.USED
    zone = row.organisation.zone
    return WaitingPage(
        title=_("Approval"),
        asked=row,
        acts=notices.acts(row),
        answers=list(row.answers.select_related("person")),
        mine=row.requester_id == actor.id,
        connect_url=reverse("access:connect", args=[row.device_id]),
        opening_url=reverse("access:opening") if row.target else "",
        session_url=reverse("access:session", args=[row.session]) if used else "",
        approvers=rota.standing(row.organisation_id, rule, now) if rule else (),
        free=free(actor, matter),
        zone=zone,
        there=f"{row.until.astimezone(ZoneInfo(zone)):%H:%M}",
        crumbs=_crumbs(row.device_id, row.device.name),
        now=now,
    )


@require_POST
@signed_in
def withdraw(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """The technician does not need it any more."""
    asking.withdraw(actor=request.actor, now=clock.now(), request_id=approval_id)
    return redirect("access:approval", approval_id)


def open_requests(actor: Actor, device_id: UUID) -> Sequence[ApprovalRequest]:
    """The actor's own requests on a device that are not over: for the Connect panel."""
    found = requests.requests(actor).filter(
        device_id=device_id, requester_id=actor.id, state__in=requests.OPEN
    )
    return list(found[:5])
