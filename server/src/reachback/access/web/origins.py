"""Web pages beside a device: choose one, wait for it, open it (docs/handbook/tunnel.md)."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reachback.access import deciding, operations, policy
from reachback.access.deciding import Matter
from reachback.access.errors import MayNotConnect
from reachback.access.web.contexts import OpeningPage, TargetLine, TargetsPage
from reachback.access.web.errors import spoken
from reachback.access.web.signing_in import second_factor
from reachback.cases import queries as cases
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


def offered() -> bool:
    """Whether this installation has names for such pages."""
    return "*" in settings.TUNNEL_HOSTS


@require_safe
@never_cache
@signed_in
def choose(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """The targets the contract names, each with what it says about opening it now."""
    actor, now = request.actor, clock.now()
    matter = deciding.matter(actor, device_id, None, now)
    if not policy.may_connect(actor, matter.device.organisation_id):
        raise MayNotConnect
    rows = cases.open_of_device(actor, device_id)
    asked = request.GET.get("case", "")
    chosen = next((row.id for row in rows if str(row.id) == asked), None)
    if chosen is None and rows:
        chosen = rows[0].id
    matter = deciding.matter(actor, device_id, chosen, now)
    page = TargetsPage(
        title=_("Open a page"),
        device_name=matter.device.name,
        online=matter.device.link_state == "linked",
        offered=offered(),
        lines=_lines(request, matter),
        case_id=str(chosen or ""),
        case_number=matter.case.number if matter.case else 0,
        connect_url=reverse("access:connect", args=[device_id]),
        opening_url=reverse("access:opening"),
        crumbs=_crumbs(matter, device_id),
    )
    return pages.render(request, "access/targets.html", page)


def _lines(request: ActorRequest, matter: Matter) -> list[TargetLine]:
    key, found = deciding.probe_key(), []
    for target in deciding.tunnel_targets(matter.contract):
        wish = deciding.Wish(
            capability="tunnel",
            run_as="",
            session_key=key,
            target=target,
            mfa=second_factor(request),
        )
        decision = deciding.decide(request.actor, matter, wish, clock.now())
        found.append(
            TargetLine(target=target, allowed=decision.allowed, sentence=decision.sentence)
        )
    return sorted(found, key=lambda line: not line.allowed)


def _crumbs(matter: Matter, device_id: UUID) -> list[tuple[str, str]]:
    if matter.case is not None:
        label = _("Case %(number)s") % {"number": matter.case.number}
        return [(label, reverse("cases:case", args=[matter.case.number]))]
    return [(matter.device.name, reverse("devices:detail", args=[device_id]))]


@require_safe
@signed_in
def opening(request: ActorRequest) -> HttpResponse:
    """The new tab until the page's address is known; the session's page tells it."""
    return pages.render(request, "access/opening.html", OpeningPage(title=_("Opening the page")))


@require_POST
@signed_in
@spoken
def open_origin(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """The address of the session's page, good once, for its technician."""
    made = operations.open_page(actor=request.actor, now=clock.now(), session_id=session_id)
    _name, mark, port = request.get_host().rpartition(":")
    address = f"{request.scheme}://{made.host}{mark}{port if mark else ''}{made.path}"
    return JsonResponse({"url": address})
