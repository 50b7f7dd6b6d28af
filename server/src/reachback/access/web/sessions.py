"""Connect, the session's page, its ticket and its end."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reachback.access import deciding, operations, policy, queries
from reachback.access.errors import AccessRefused
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession
from reachback.access.operations import ConnectRequest
from reachback.access.scripts import parameters
from reachback.access.web import files_words, handing, origin_words, planned, restarting, scanning
from reachback.access.web.contexts import SessionPage
from reachback.access.web.errors import Malformed, question, spoken
from reachback.access.web.recipes import steps
from reachback.access.web.scripts import live
from reachback.access.web.signing_in import second_factor
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback.ui.content_policy import TERMINAL_POLICY

LINK = "/-/link/browser"


@require_POST
@signed_in
@spoken
def connect(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """Mint a grant for the browser's key, if the contract allows it."""
    asked = question(request)
    if asked.get("target") and "*" not in settings.TUNNEL_HOSTS:
        raise AccessRefused("no-tunnel-hosts", _("This installation has no names for pages."))
    try:
        case_id = UUID(asked["case"]) if asked.get("case") else None
        approval_id = UUID(asked["approval"]) if asked.get("approval") else None
        session_key = asked["session_key"]
    except (KeyError, ValueError) as error:
        raise Malformed from error
    made = operations.connect(
        actor=request.actor,
        now=clock.now(),
        request=ConnectRequest(
            device_id=device_id,
            session_key=session_key,
            case_id=case_id,
            run_as=asked.get("run_as", ""),
            capability=asked.get("capability", "shell.user"),
            target=asked.get("target", ""),
            in_browser=True,
            mfa=second_factor(request),
            at=_moment(asked.get("at", "")),
            approval_id=approval_id,
        ),
    )
    answer = {
        "session": str(made.session_id),
        "page": reverse("access:session", args=[made.session_id]),
        "ticket": made.ticket,
        "link": LINK,
        "node": made.node,
        "grant": made.grant,
        "channel": _channel(made.session),
        "expires": milliseconds(made.session.expires_at),
    }
    return JsonResponse(answer, status=201)


def _moment(text: str) -> int:
    """When a restart is planned for, ms since 1970; 0 for at once."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Malformed
    return int(text)


def _is_files(found: AccessSession) -> bool:
    return bool(found.capabilities) and str(found.capabilities[0]).startswith("files.")


def _channel(found: AccessSession) -> dict[str, Any]:
    """Return what the session's OPEN asks for: a shell, or the files the contract names first."""
    key = f"{found.id}.1"
    capability = str(found.capabilities[0]) if found.capabilities else ""
    if capability.startswith("files."):
        parameters = deciding.files_parameters(queries.parsed(found.contract), capability)
        return {"key": key, "kind": "files", "parameters": parameters}
    if found.target:
        return {"key": key, "kind": "tunnel", "parameters": {"target": found.target}}
    if capability == "reboot":
        at = milliseconds(found.planned_for) if found.planned_for else 0
        return {"key": key, "kind": "reboot", "parameters": {"at": at}}
    return {"key": key, "kind": "shell", "parameters": {"run_as": found.run_as, "login": True}}


def _writing(found: AccessSession) -> dict[str, Any] | None:
    """Return the second channel of a files session, which the page opens when it is needed."""
    capability = "files.write"
    if capability not in found.capabilities[1:]:
        return None
    parameters = deciding.files_parameters(queries.parsed(found.contract), capability)
    return {"key": f"{found.id}.2", "kind": "files", "parameters": parameters}


@require_safe
@signed_in
def session(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """The live terminal; a session that is over shows its replay."""
    actor = request.actor
    found = queries.session(actor, session_id)
    if found.planned_for is not None:
        return planned.page(request, found)
    run = live.run_of(actor, found)
    recipe = None if run is None else live.recipe_of(actor, run)
    after = _after(found) if run is None else live.after(run, recipe)
    if found.state == AccessSession.State.ENDED:
        return redirect(after)
    commands = bool(found.target) and not found.in_browser  # its key is the command's
    mine = found.technician_id == actor.id and not commands
    mine = mine or handing.taking(actor, found, clock.now())
    data = _data(actor, found, mine=mine)
    if run is not None:
        data |= {"channel": live.plan(run, mine=mine), "texts": data["texts"] | live.texts()}
    if recipe is not None and mine:
        data["recipe"] = live.next_step(recipe)
    page = SessionPage(
        title=found.device.name,
        session=found,
        data=data,
        zone=data["device"]["zone"],
        expires=data["expires"],
        mine=mine,
        may_end=policy.may_end(actor, found.organisation_id, found.technician_id),
        after_url=after,
        leave_url=_leave(actor, found),
        icons=files_words.ICONS,
        now=clock.now(),
        run=run,
        recipe=recipe,
        steps=[] if recipe is None else steps.of(recipe),
        arguments="" if run is None else parameters.said(run.arguments),
    )
    template = "access/session.html" if run is None else "access/scripts/live.html"
    if found.target:
        template = "access/origin.html"
    response = pages.render(request, template, page)
    response.headers["Content-Security-Policy"] = TERMINAL_POLICY
    return response


def _after(found: AccessSession) -> str:
    return reverse("access:replay", args=[found.id])


def _leave(actor: Actor, found: AccessSession) -> str:
    """Where a technician goes who leaves what runs: the case, else the sessions."""
    if found.case is not None and actor.is_provider:
        return reverse("cases:case", args=[found.case.number])
    return reverse("access:sessions")


def _data(actor: Actor, found: AccessSession, *, mine: bool) -> dict[str, Any]:
    """Return the bootstrap of terminal.js (access/README.md)."""
    site = found.device.site
    grants = [queries.envelope(row) for row in queries.grants(found.id)] if mine else []
    return {
        "session": str(found.id),
        "mode": "open" if mine else "watch",
        "state": found.state,
        "link": LINK,
        "ticket_url": reverse("access:ticket", args=[found.id]),
        "end_url": reverse("access:end", args=[found.id]),
        "page": reverse("access:session", args=[found.id]),
        "person": {"id": str(actor.id), "name": actor.name},
        "device": {
            "id": str(found.device_id),
            "name": found.device.name,
            "site": site.name if site else "",
            "zone": site.zone if site else "UTC",
        },
        "channel": _channel(found),
        "writing": _writing(found),
        "scan": scanning.plan(found) if mine and _writing(found) else None,
        "grant": grants[0] if grants else None,
        "grants": grants,
        "handing": handing.handing_of(actor, found, clock.now()),
        "clause": {"number": found.clause, "sentence": found.sentence},
        "on_cut": "freeze",
        "started": milliseconds(found.started_at) if found.started_at else None,
        "expires": milliseconds(found.expires_at),
        "recordings": queries.channel_keys(found) or [f"{found.id}.1"],
        "restart": restarting.restart_of(actor, found, clock.now(), mine=mine),
        "texts": {
            **restarting.texts(),
            **handing.texts(),
            "reconnecting": _("Reconnecting… %s s, nothing is lost."),
            "cap_near": _("of the data cap"),
            "cap_full": _("Data cap reached: output waits; each key lets a little through."),
            "nothing_lost": _("bytes lost"),
            "ended": _("The session is over."),
            "status": _("Exit status"),
            "signal": _("Signal"),
            "watching": _("You are watching."),
            "watching_only": _("Only the technician can type."),
            "tab": _("Shell %s"),
            "tab_new": _("New shell"),
            "tab_close": _("Close shell %s"),
            "tab_over": _("(ended)"),
            "gap": _("missing, as the device itself declares"),
            **(files_words.texts() | scanning.texts() if _is_files(found) else {}),
            **(origin_words.texts() if found.target else {}),
        },
        **({"open_url": reverse("access:open_page", args=[found.id])} if found.target else {}),
    }


@require_POST
@signed_in
@spoken
def ticket(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """A ticket to watch, or for the technician to come back."""
    asked = question(request)
    made = operations.issue_ticket(
        actor=request.actor,
        now=clock.now(),
        session_id=session_id,
        key=str(asked.get("key", "")),
        take_up=asked.get("take_up") == "True",  # JSON true, read as text
        mfa=second_factor(request),
    )
    return JsonResponse({"ticket": made.ticket, "may": made.may, "grant": made.grant})


@require_POST
@signed_in
@spoken
def end(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """End the session."""
    ended = operations.end_session(actor=request.actor, now=clock.now(), session_id=session_id)
    return JsonResponse({"ended": ended})
