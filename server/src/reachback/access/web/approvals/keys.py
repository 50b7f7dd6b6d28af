"""The keys somebody approves with, and the order in which approvers are asked."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access.approvals import keeping_rota, keys, rota
from reachback.access.approvals.errors import RotaRefused
from reachback.access.models import Approver
from reachback.access.web import contract
from reachback.access.web.approvals.contexts import KeyLine, KeysPage, RotaLine, RotaPage
from reachback.access.web.errors import question, spoken
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages
from reachback_wire import approving
from reachback_wire.signing import fingerprint


@require_safe
@signed_in
def own_keys(request: ActorRequest) -> HttpResponse:
    """What I sign with, and whether the customer's keyset names it."""
    actor = request.actor
    own = keys.own(actor)
    newest = rota.keyset(own)
    named = newest.with_role(approving.ROLE) if newest else frozenset()
    page = KeysPage(
        title=_("My keys for approvals"),
        keys=[
            KeyLine(key=row, fingerprint=fingerprint(row.line), named=row.line in named)
            for row in rota.keys(own).filter(person_id=actor.id)
        ],
        data={
            "add_url": reverse("access_portal:add_approval_key"),
            "person": {"id": str(actor.id), "name": actor.name},
            "texts": {
                "unable": _("This browser cannot make such a key; update it or use another."),
                "not_a_key": _("This is not an Ed25519 private key without a passphrase."),
                "kept": _("The key is in this browser, and never leaves it."),
            },
        },
        now=clock.now(),
    )
    return pages.render(request, "access/approvals/keys.html", page)


@require_POST
@signed_in
@spoken
def add_key(request: ActorRequest) -> HttpResponse:
    """Register the public half of a key this browser made, read or asked for."""
    asked = question(request)
    new = keys.NewKey(
        line=asked.get("line", ""),
        kind=asked.get("kind", ""),
        label=asked.get("label", ""),
        credential=asked.get("credential", ""),
    )
    row = keys.add_key(actor=request.actor, now=clock.now(), key=new)
    return JsonResponse({"id": str(row.id)}, status=201)


@require_POST
@signed_in
def remove_key(request: ActorRequest, key_id: UUID) -> HttpResponse:
    """Use it no more."""
    keys.remove_key(actor=request.actor, now=clock.now(), key_id=key_id)
    return redirect("access_portal:approval_keys")


@require_http_methods(["GET", "POST"])
@signed_in
def order(request: ActorRequest) -> HttpResponse:
    """Who is asked first, at which hours, on which telephone."""
    own = contract.own(request.actor)
    error = ""
    if request.method == "POST":
        try:
            keeping_rota.keep_rota(
                actor=request.actor,
                now=clock.now(),
                organisation_id=own,
                places=_places(request.POST),
            )
        except RotaRefused as refused:
            error = refused.sentence
        else:
            messages.success(request, _("The order of approvers is kept."))
            return redirect("access_portal:approvals")
    page = RotaPage(
        title=_("Who is asked first"),
        lines=_lines(request, own),
        zone=people.organisation(request.actor, own).zone,
        error=error,
        now=clock.now(),
    )
    return pages.render(request, "access/approvals/rota.html", page, status=400 if error else 200)


def _places(given: Mapping[str, str]) -> list[keeping_rota.Place]:
    found = []
    for name in given:
        prefix, _sign, person = name.partition("-")
        if prefix != "position":
            continue
        place = keeping_rota.Place(
            person=person,
            position=given[name],
            hours=given.get(f"hours-{person}", ""),
            phone=given.get(f"phone-{person}", ""),
        )
        found.append(place)
    return found


def _lines(request: ActorRequest, own: UUID) -> list[RotaLine]:
    held = set(rota.keys(own).values_list("person_id", flat=True))
    rows: dict[UUID, Approver] = {row.person_id: row for row in rota.rota(own)}
    lines = []
    for person in keeping_rota.people_of(request.actor, own):
        row, given = rows.get(person.id), request.POST
        lines.append(
            RotaLine(
                id=str(person.id),
                name=person.name,
                has_key=person.id in held,
                position=given.get(f"position-{person.id}", str(row.position) if row else ""),
                hours=given.get(f"hours-{person.id}", rota.said(dict(row.hours)) if row else ""),
                phone=given.get(f"phone-{person.id}", row.phone if row else ""),
                error="",
            )
        )
    return lines
