"""A settled document: read, taken away as bytes, signed elsewhere, handed in."""

import json
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reachback.access import operations, rounds
from reachback.access.drafting import facts
from reachback.access.errors import DocumentRefused, RoundClosed
from reachback.access.instants import instant
from reachback.access.models import SigningRound
from reachback.access.web import clauses, contract
from reachback.access.web.drafting import showing
from reachback.access.web.drafting.contexts import SigningPage
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback_wire import documents as wire
from reachback_wire import sentences

_LARGEST = 512 * 1024


def signing_page(actor: Actor, row: SigningRound, now: datetime, error: str = "") -> SigningPage:
    """Compose the page of one document."""
    document = wire.Contract.parse(row.body)
    around = facts.surroundings(actor, row.organisation_id, now)
    keyset = around.keyset
    published = around.running is not None and around.running.digest == row.digest
    changes = () if published else showing.differences(document, around)
    threshold = keyset.threshold if keyset else 0
    return SigningPage(
        title=document.title,
        round=row,
        clauses=[showing.spoken(each, around) for each in clauses.lines(document)],
        devices=sentences.device_words(document),
        ends=instant(document.expires - 1),
        whole=[each for each in changes if each.clause == 0],
        changes=[each for each in changes if each.clause],
        seats=rounds.seats(row, keyset),
        threshold=threshold,
        missing=max(threshold - len(row.signatures), 0),
        open=row.state == SigningRound.State.COLLECTING,
        file_name=file_name(row),
        namespace=row.kind,
        error=error,
        crumbs=showing.crumbs((_("Draft"), reverse("access_portal:draft"))),
        now=now,
    )


def file_name(row: SigningRound) -> str:
    """What the file with the bytes is called."""
    return f"{row.kind.removeprefix('reachback-')}-{row.keyset_serial}-{row.serial}"


@require_safe
@signed_in
def signing(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The document, who has signed, and how."""
    contract.own(request.actor)
    row = rounds.round_of(request.actor, round_id)
    page = signing_page(request.actor, row, clock.now())
    return pages.render(request, "access/drafting/signing.html", page)


@require_safe
@signed_in
def document(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The document with the signatures there are, for `reachback sign` and the signing page."""
    contract.own(request.actor)
    row = rounds.round_of(request.actor, round_id)
    value = wire.Envelope(row.body, tuple(row.signatures)).to_json()
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(row)}.json"'
    return answer


@require_safe
@signed_in
def bytes_file(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """The very bytes that are signed, and nothing else, for `ssh-keygen -Y sign`."""
    contract.own(request.actor)
    row = rounds.round_of(request.actor, round_id)
    answer = HttpResponse(row.body.encode(), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(row)}.txt"'
    return answer


@require_POST
@signed_in
def signature(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Take a signature that was made elsewhere."""
    contract.own(request.actor)
    upload = request.FILES.get("file")
    raw = upload.read(_LARGEST).decode("utf-8", "replace") if upload else ""
    text, now = raw or request.POST.get("signature", "")[:_LARGEST], clock.now()
    try:
        row = operations.add_signature(actor=request.actor, now=now, round_id=round_id, text=text)
    except (DocumentRefused, RoundClosed) as refused:
        row = rounds.round_of(request.actor, round_id)
        page = signing_page(request.actor, row, now, refused.sentence)
        return pages.render(request, "access/drafting/signing.html", page, status=refused.status)
    if row.state == SigningRound.State.PUBLISHED:
        messages.success(request, _("Signed by enough of you: the contract is published."))
        return redirect("access_portal:contract")
    missing = signing_page(request.actor, row, now).missing
    one, many = _("%(n)s more signature is needed."), _("%(n)s more signatures are needed.")
    words = one if missing == 1 else many
    messages.success(request, words % {"n": missing})
    return redirect("access_portal:signing", round_id=row.id)


@require_POST
@signed_in
def withdraw(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Stop it: nothing more is signed, nothing takes effect."""
    contract.own(request.actor)
    operations.withdraw_round(actor=request.actor, now=clock.now(), round_id=round_id)
    messages.success(request, _("Withdrawn. What is in force did not change."))
    return redirect("access_portal:draft")
