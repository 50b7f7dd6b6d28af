"""Panels for other rooms' pages: the contract and Connect, and the customer's home."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from reachback.access import awaiting, deciding, policy, queries
from reachback.access.errors import AccessRefused
from reachback.access.models import AccessSession
from reachback.access.web import clauses, origins
from reachback.access.web.approvals import asking
from reachback.access.web.contexts import ConnectPanel, HomePanel
from reachback.devices import queries as devices
from reachback.devices.errors import UnknownDevice
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel, Tone

_UNAPPROVED = ("approval-missing", "approval-expired")


class CaseOnDevice(Protocol):
    """What we need to know of a case."""

    @property
    def id(self) -> UUID: ...

    @property
    def device_id(self) -> UUID | None: ...

    @property
    def is_open(self) -> bool: ...


def _html(template: str, context: PageContext) -> str:
    return render_to_string(template, context.variables())


def _panel(template: str, context: PageContext, *, title: str, icon: str, order: int) -> Panel:
    html = mark_safe(_html(template, context))  # noqa: S308 - rendered by an escaping template
    return Panel(title=title, html=html, order=order, icon=icon)


def connect_panel(
    actor: Actor, device_id: UUID, case_id: UUID | None, now: datetime
) -> ConnectPanel | None:
    """Compose the panel; None when the device is not the actor's to see."""
    try:
        matter = deciding.matter(actor, device_id, case_id, now)
    except UnknownDevice:
        return None
    except AccessRefused:
        matter = deciding.matter(actor, device_id, None, now)
    choices = deciding.shell_choices(actor, matter, awaiting.moment(matter, now))
    decision = choices[0].decision
    device = matter.device
    waits = devices.who_waits(actor, device_id) if awaiting.expected(matter) else ()
    return ConnectPanel(
        title=_("Contract"),
        allowed=decision.allowed,
        sentence=decision.sentence,
        code=decision.code,
        clause=decision.clause,
        clauses=[] if matter.contract is None else clauses.lines(matter.contract),
        contract=matter.contract_row,
        connect_url=reverse("access:connect", args=[device_id]),
        case_id="" if case_id is None else str(case_id),
        run_as=choices[0].run_as,
        capability=choices[0].capability,
        choices=[choice for choice in choices if choice.decision.allowed],
        may_connect=policy.may_connect(actor, device.organisation_id),
        online=device.link_state == "linked",
        expected=awaiting.expected(matter),
        device=device,
        waits=waits,
        awaited=any(each.person_id == actor.id for each in waits),
        live=queries.live(actor, clock.now(), device_id),
        recent=_recent(actor, device_id),
        device_name=device.name,
        scripts_url=_scripts_url(device_id, case_id),
        pages_url=_pages_url(matter, device_id, case_id),
        lock_url=_lock_url(actor, matter),
        files=bool(deciding.files_root(matter.contract, "files.read")),
        asks=[choice for choice in choices if choice.decision.code in _UNAPPROVED],
        asked=asking.open_requests(actor, device_id),
        ask_url=reverse("access:ask_approval", args=[device_id]),
        now=now,
    )


def _scripts_url(device_id: UUID, case_id: UUID | None) -> str:
    query = "" if case_id is None else f"?case={case_id}"
    return reverse("access:choose_script", args=[device_id]) + query


def _lock_url(actor: Actor, matter: deciding.Matter) -> str:
    """Where the device is locked or the lock is seen; "" for who may do neither."""
    if matter.lock is not None and actor.is_provider:
        return reverse("access:locks")
    if not policy.may_lock(actor):
        return ""
    return reverse("access:locks") + f"?what=device:{matter.device.id}#lock-form"


def _pages_url(matter: deciding.Matter, device_id: UUID, case_id: UUID | None) -> str:
    """Where a target's web page is chosen; "" when the contract names none."""
    if not origins.offered() or not deciding.tunnel_targets(matter.contract):
        return ""
    query = "" if case_id is None else f"?case={case_id}"
    return reverse("access:targets", args=[device_id]) + query


def _recent(actor: Actor, device_id: UUID) -> list[AccessSession]:
    found = queries.sessions(actor).filter(
        device_id=device_id, state=AccessSession.State.ENDED, started_at__isnull=False
    )
    return list(found[:3])


def case_panel(case: CaseOnDevice, actor: Actor, now: datetime) -> Panel | None:
    """Answer `cases.case_panels`: the contract in a sentence, and Connect."""
    if case.device_id is None or not actor.is_provider:
        return None
    context = connect_panel(actor, case.device_id, case.id if case.is_open else None, now)
    if context is None:
        return None
    return _panel(
        "access/parts/connect.html", context, title=_("Remote access"), icon="connect", order=10
    )


def device_panel(device_id: UUID, actor: Actor, request: HttpRequest) -> Panel | None:
    """Answer `devices.device_panels`; a customer sees who was there, without Connect."""
    context = connect_panel(actor, device_id, None, clock.now())
    if context is None:
        return None
    return _panel(
        "access/parts/connect.html", context, title=_("Remote access"), icon="connect", order=10
    )


def home_panel(actor: Actor, now: datetime) -> Panel | None:
    """Answer `ui.portal_home_panels`: who is in the customer's systems now, and who was."""
    own = actor.organisation_id
    if own is None or actor.is_provider or not policy.may_govern(actor, own):
        return None
    contract = queries.running_contract(actor, own)
    standing = queries.standing_narrowings(actor, own, contract)
    found = queries.sessions(actor).filter(state=AccessSession.State.ENDED)
    context = HomePanel(
        title=_("In your systems"),
        live=queries.live(actor, clock.now()),
        recent=list(found.filter(started_at__isnull=False)[:5]),
        revoked=any(each.effect == "revoke-all" for each in standing),
        contract=contract,
        now=now,
    )
    panel = _panel("access/parts/home.html", context, title=context.title, icon="session", order=10)
    return replace(panel, news=_news(context), tone=_tone(context))


def _news(context: HomePanel) -> str:
    if context.revoked:
        return _("All access is revoked: nobody can connect.")
    for running in context.live:
        session = running.session
        names = {"who": session.technician.name, "device": session.device.name}
        if session.planned_for is not None:
            return _("%(who)s planned a restart of %(device)s.") % names
        if running.detached_at is not None:
            return _("%(who)s left a shell running on %(device)s.") % names
        return _("%(who)s is on %(device)s now.") % names
    return ""


def _tone(context: HomePanel) -> Tone:
    if context.revoked:
        return "amber"
    return "violet" if context.live else ""
