"""The page on which a technician says yes to `reachback tunnel` (docs/handbook/tunnel.md)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reachback.access import deciding, operations, policy
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.operations import Connected, ConnectRequest
from reachback.access.tunnel.asking import Answer
from reachback.access.web.contexts import TunnelPage
from reachback.access.web.sessions import LINK
from reachback.access.web.signing_in import second_factor
from reachback.cases import queries as cases
from reachback.devices import hostile
from reachback.kernel import clock
from reachback.kernel.errors import ReachbackError
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback_wire.documents import Envelope
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey

_TARGET_MOST = 262


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the command put into the address. `key` is the public line of its session key."""

    device_id: UUID
    target: str
    key: str
    fingerprint: str
    case_id: UUID | None


def _asked(request: ActorRequest, device_id: UUID) -> _Asked:
    given = request.POST if request.method == "POST" else request.GET
    key = f"ssh-ed25519 {given.get('key', '')[:200].removeprefix('ssh-ed25519 ')}"
    try:
        fingerprint = PublicKey.parse(key).fingerprint
        case_id = UUID(given["case"]) if given.get("case") else None
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal
    except ValueError as error:
        raise AccessRefused("case-missing", _("There is no such case.")) from error
    target = hostile.text(given.get("target", ""), _TARGET_MOST)
    return _Asked(
        device_id=device_id, target=target, key=key, fingerprint=fingerprint, case_id=case_id
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def tunnel(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """Show what a command asks for; on POST mint the grant and show the line to copy."""
    now = clock.now()
    matter = deciding.matter(request.actor, device_id, None, now)
    if not policy.may_connect(request.actor, matter.device.organisation_id):
        raise MayNotConnect
    asked = _asked(request, device_id)
    if request.method != "POST":
        return pages.render(request, "access/tunnel.html", _page(request, asked, now))
    try:
        made = operations.connect(
            actor=request.actor,
            now=now,
            request=ConnectRequest(
                device_id=device_id,
                session_key=asked.key,
                case_id=asked.case_id,
                capability="tunnel",
                target=asked.target,
                mfa=second_factor(request),
            ),
        )
    except ReachbackError as refused:
        page = _page(request, asked, now, refusal=refused.sentence)
        return pages.render(request, "access/tunnel.html", page, status=refused.status)
    return pages.render(request, "access/tunnel.html", _page(request, asked, now, made=made))


def _page(
    request: ActorRequest,
    asked: _Asked,
    now: datetime,
    *,
    made: Connected | None = None,
    refusal: str = "",
) -> TunnelPage:
    actor = request.actor
    found = cases.open_of_device(actor, asked.device_id)
    chosen = asked.case_id or (found[0].id if found else None)
    matter = deciding.matter(actor, asked.device_id, chosen, now)
    wish = deciding.Wish(
        capability="tunnel",
        run_as="",
        session_key=asked.key,
        target=asked.target or "-",
        mfa=second_factor(request),
    )
    decision = deciding.decide(actor, matter, wish, now)
    return TunnelPage(
        title=_("Open a tunnel"),
        device_name=matter.device.name,
        target=asked.target,
        key=asked.key.split(" ")[1],
        fingerprint=asked.fingerprint,
        allowed=decision.allowed and not refusal,
        sentence=refusal or decision.sentence,
        recording=decision.recording,
        cases=found,
        case_id=str(chosen or ""),
        answer=_answer(made, decision.sentence) if made else "",
        session_url=reverse("access:session", args=[made.session_id]) if made else "",
    )


def _answer(made: Connected, sentence: str) -> str:
    return Answer(
        session=str(made.session_id),
        ticket=made.ticket,
        link=LINK,
        grant=Envelope.from_json(made.grant),
        sentence=sentence,
    ).to_text()
