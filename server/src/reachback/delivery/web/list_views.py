"""What was sent to whom, and what became of it."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reachback.delivery import operations, policy, queries
from reachback.delivery.models import Channel, Delivery
from reachback.delivery.web.contexts import DeliveriesPage, DeliveryLine, StateLink
from reachback.delivery.web.forms import FilterForm
from reachback.delivery.web.sentences import sentence
from reachback.kernel import clock
from reachback.kernel.errors import Conflict
from reachback.kernel.requests import ActorRequest
from reachback.ui import pages
from reachback.ui.doors import agents_only

PAGE: Final = 50
_MARKS: Final = {
    Delivery.State.WAITING: "waiting",
    Delivery.State.DELIVERED: "delivered",
    Delivery.State.FAILED: "failing",
    Delivery.State.UNWANTED: "closed",
}


@require_safe
@agents_only
def deliveries(request: ActorRequest) -> HttpResponse:
    """The latest first, narrowed by state and by words in subject, name or address."""
    form = FilterForm(request.GET)
    form.is_valid()
    state, words = form.cleaned_data.get("state", ""), form.cleaned_data.get("q", "")
    found = queries.deliveries(request.actor).select_related("person", "organisation")
    if state:
        found = found.filter(state=state)
    if words:
        mail = Q(channel=Channel.EMAIL, address__icontains=words)
        found = found.filter(Q(subject__icontains=words) | Q(person__name__icontains=words) | mail)
    page = Paginator(found.defer("text", "html"), PAGE).get_page(request.GET.get("page"))
    may_try = policy.may_try_again(request.actor)
    counts = queries.counts(request.actor)
    context = DeliveriesPage(
        title=_("Deliveries"),
        lines=[_line(row, may_try=may_try) for row in page.object_list],
        states=[
            StateLink(slug="", label=_("All"), count=sum(counts.values())),
            *(
                StateLink(slug=value, label=str(label), count=counts.get(value, 0))
                for value, label in Delivery.State.choices
            ),
        ],
        state=state,
        words=words,
        page=page,
        now=clock.now(),
    )
    return pages.render(request, "delivery/list.html", context)


def _line(row: Delivery, *, may_try: bool) -> DeliveryLine:
    state = Delivery.State(row.state)
    by_mail = row.channel == Channel.EMAIL
    name = row.person.name if row.person is not None else ""
    return DeliveryLine(
        row=row,
        to=" · ".join(filter(None, [name, row.address if by_mail else ""])),
        mark=_MARKS[state],
        state=str(state.label),
        sentence=str(sentence(row)),
        can_try=may_try and state in {Delivery.State.FAILED, Delivery.State.WAITING},
    )


@require_POST
@agents_only
def try_again(request: ActorRequest, delivery_id: UUID) -> HttpResponse:
    """Make the next attempt due now."""
    try:
        row = operations.try_again(actor=request.actor, now=clock.now(), delivery_id=delivery_id)
    except Conflict as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("“%(what)s” is tried again now.") % {"what": row.subject[:80]})
    return redirect("delivery:deliveries")
