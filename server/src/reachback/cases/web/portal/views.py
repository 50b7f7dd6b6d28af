"""A customer's own cases. Every page works without JavaScript."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.cases import operations, policy, queries, views
from reachback.cases.models import Case
from reachback.cases.operations import NewCase, NewEntry
from reachback.cases.rows import row
from reachback.cases.statuses import CLOSED, RESOLVED
from reachback.cases.web.contexts import NewCasePage, PortalCasePage, PortalCasesPage
from reachback.cases.web.entries import line, without_told
from reachback.cases.web.forms import MessageForm, NewCaseForm
from reachback.kernel import clock
from reachback.kernel.errors import NotPermitted
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages


def portal_href(number: int) -> str:
    """Where a customer reads the case."""
    return reverse("cases_portal:case", args=[number])


def _require_customer(request: ActorRequest) -> None:
    if request.actor.is_provider:
        raise NotPermitted("cases.portal", _("These pages belong to customers."))


@require_safe
@signed_in
def cases(request: ActorRequest) -> HttpResponse:
    """My cases: the open ones, then a page of finished ones."""
    _require_customer(request)
    actor, now = request.actor, clock.now()
    after = request.GET.get("after", "")
    still = queries.case_list(actor, view=views.BY_SLUG["open"], now=now)
    done = queries.case_list(actor, view=views.BY_SLUG["resolved"], after=after, now=now, limit=20)
    page = PortalCasesPage(
        title=_("My cases"),
        open_cases=still.rows,
        finished=done.rows,
        next_href=f"?after={done.after}" if done.after else "",
        now=now,
    )
    return pages.render(request, "cases/portal/list.html", page)


@require_safe
@signed_in
def case(request: ActorRequest, number: int) -> HttpResponse:
    """One case: what was said and done, and a place to answer."""
    _require_customer(request)
    return _show(request, queries.case_by_number(request.actor, number), MessageForm())


def _show(request: ActorRequest, found: Case, form: MessageForm, status: int = 200) -> HttpResponse:
    actor, now = request.actor, clock.now()
    entries = queries.timeline(actor, found.id)
    page = PortalCasePage(
        title=found.subject,
        row=row(found),
        entries=[
            line(each, case_href=portal_href, for_customer=True) for each in without_told(entries)
        ],
        form=form,
        may_write=policy.may_write(actor, found, "message") and found.status != CLOSED,
        may_reopen=not found.is_open and policy.may_reopen(actor, found),
        may_close=found.status == RESOLVED and policy.may_close(actor, found),
        resolution=None if found.is_open else queries.resolution(actor, found.id),
        now=now,
    )
    return pages.render(request, "cases/portal/case.html", page, status=status)


@require_POST
@signed_in
def write(request: ActorRequest, number: int) -> HttpResponse:
    """Add a message."""
    _require_customer(request)
    found = queries.case_by_number(request.actor, number)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=400)
    entry_id = operations.add_entry(
        actor=request.actor,
        now=clock.now(),
        case_id=found.id,
        entry=NewEntry(kind="message", body=form.cleaned_data["body"]),
    )
    return redirect(f"{portal_href(number)}#entry-{entry_id}")


@require_POST
@signed_in
def reopen(request: ActorRequest, number: int) -> HttpResponse:
    """It is not solved after all."""
    _require_customer(request)
    found = queries.case_by_number(request.actor, number)
    operations.reopen(actor=request.actor, now=clock.now(), case_id=found.id)
    messages.success(request, _("The case is open again."))
    return redirect("cases_portal:case", number=number)


@require_POST
@signed_in
def close(request: ActorRequest, number: int) -> HttpResponse:
    """It is solved: close the case for good."""
    _require_customer(request)
    found = queries.case_by_number(request.actor, number)
    operations.close(actor=request.actor, now=clock.now(), case_id=found.id)
    messages.success(request, _("The case is closed. Thank you."))
    return redirect("cases_portal:case", number=number)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """Open a case."""
    _require_customer(request)
    actor = request.actor
    form = NewCaseForm(request.POST or None, actor=actor)
    organisation_id = actor.organisation_id
    if request.method == "POST" and form.is_valid() and organisation_id is not None:
        values = form.cleaned_data
        site = people.site(actor, UUID(values["site"])) if values["site"] else None
        opened = operations.open_case(
            actor=actor,
            now=clock.now(),
            case=NewCase(
                organisation_id=organisation_id,
                site_id=site.id if site else None,
                requester_id=actor.id,
                subject=values["subject"],
                body=values["body"],
                channel="portal",
                language=actor.language,
            ),
        )
        messages.success(request, _("Your case is open. We will answer here."))
        return redirect("cases_portal:case", number=opened.number)
    return pages.render(
        request, "cases/portal/new.html", NewCasePage(title=_("New case"), form=form)
    )
