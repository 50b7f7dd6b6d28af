"""Locks: the list, a new one, lifting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from reachback.access import operations, policy
from reachback.access.errors import AlreadyLocked, MayNotLock
from reachback.access.locks import standing
from reachback.access.models import Lock
from reachback.access.web.locks.contexts import LocksPage
from reachback.access.web.locks.forms import LockForm
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.ui import pages
from reachback.ui.doors import agents_only

_LIFTED_SHOWN = 50


@require_http_methods(["GET", "POST"])
@agents_only
def locks(request: ActorRequest) -> HttpResponse:
    """Who and what is shut out now, and shutting out more."""
    actor = request.actor
    posted = request.method == "POST"
    if posted and not policy.may_lock(actor):
        raise MayNotLock
    wanted = {"what": request.GET.get("what", "")[:60]}
    form = LockForm(request.POST if posted else None, actor=actor, initial=wanted)
    if posted and form.is_valid() and _place(request, form):
        return redirect("access:locks")
    found = standing.visible(actor)
    page = LocksPage(
        title=_("Locks"),
        standing=list(found.filter(lifted_at__isnull=True)),
        lifted=list(found.filter(lifted_at__isnull=False)[:_LIFTED_SHOWN]),
        form=form,
        may_lock=policy.may_lock(actor),
        now=clock.now(),
    )
    return pages.render(request, "access/locks/list.html", page, status=400 if form.errors else 200)


def _place(request: ActorRequest, form: LockForm) -> bool:
    """Lock; False when it was refused and the form now says why."""
    scope, target = form.target()
    try:
        row, ended = operations.place_lock(
            actor=request.actor,
            now=clock.now(),
            scope=scope,
            target=target,
            reason=form.cleaned_data["reason"],
        )
    except AlreadyLocked as refused:
        form.add_error("what", refused.sentence)
        return False
    messages.success(request, _said(row, ended))
    return True


def _said(row: Lock, ended: int) -> str:
    locked = _("Locked: %(what)s.") % {"what": row.what}
    if not ended:
        return locked
    words = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", ended)
    return f"{locked} {words % {'n': ended}}"


@require_POST
@agents_only
def lift(request: ActorRequest, lock_id: UUID) -> HttpResponse:
    """Allow again."""
    row = operations.lift_lock(actor=request.actor, now=clock.now(), lock_id=lock_id)
    messages.success(request, _("Lifted: %(what)s.") % {"what": row.what})
    return redirect("access:locks")
