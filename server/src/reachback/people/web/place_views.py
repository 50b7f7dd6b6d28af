"""Sites and contacts: written down and changed by agents, and by the customer's administrators."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import errors, operations, policy, queries
from reachback.people.models import Contact, ContactAddress, Organisation, Site
from reachback.people.web.answering import attempt, back_to, crumbs, home_of, posted, said
from reachback.people.web.contexts import FormPage, Switch
from reachback.people.web.forms import ContactForm, RowsForm, SiteForm
from reachback.ui import pages

_SITE = ("name", "address", "city", "country", "zone", "language")


@require_http_methods(["GET", "POST"])
@signed_in
def new_site(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """A place of an organisation."""
    owner = queries.organisation(request.actor, organisation_id)
    _require(policy.may_manage_sites(request.actor, owner.id))
    form = SiteForm(posted(request), initial={"zone": owner.zone, "language": owner.language})
    if request.method == "POST" and form.is_valid():
        created = attempt(
            form,
            lambda: operations.create_site(
                actor=request.actor,
                now=clock.now(),
                organisation_id=owner.id,
                **form.cleaned_data,
            ),
        )
        if created is not None:
            said(request, _("%(name)s was added.") % {"name": created.name})
            return back_to(request.actor, owner)
    lead = _("A place where devices stand and people work.")
    return _page(request, owner, form, title=_("New site"), lead=lead, submit=_("Add the site"))


@require_http_methods(["GET", "POST"])
@signed_in
def site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    """Change a site."""
    found = queries.site(request.actor, site_id)
    owner = queries.organisation(request.actor, found.organisation_id)
    _require(policy.may_manage_sites(request.actor, owner.id))
    start = {name: getattr(found, name) for name in _SITE}
    form = SiteForm(posted(request), initial=start)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: operations.change_site(
                actor=request.actor, now=clock.now(), site_id=found.id, **form.cleaned_data
            ),
        )
        if changed is not None:
            said(request, _("Saved."))
            return back_to(request.actor, owner)
    switch = _switch(
        "site", found, _("It is not offered for new cases and devices any more; nothing is lost.")
    )
    return _page(request, owner, form, title=found.name, submit=_("Save"), switch=switch)


@require_POST
@signed_in
def site_off(request: ActorRequest, site_id: UUID) -> HttpResponse:
    """Do not offer it any more; can be undone."""
    found = operations.switch_site(
        actor=request.actor, now=clock.now(), site_id=site_id, active=False
    )
    undo = reverse("people:site_on", args=[found.id])
    said(request, _("%(name)s was switched off.") % {"name": found.name}, undo=undo)
    return back_to(request.actor, found.organisation)


@require_POST
@signed_in
def site_on(request: ActorRequest, site_id: UUID) -> HttpResponse:
    """Offer it again."""
    found = operations.switch_site(
        actor=request.actor, now=clock.now(), site_id=site_id, active=True
    )
    said(request, _("%(name)s is switched on again.") % {"name": found.name})
    return back_to(request.actor, found.organisation)


@require_http_methods(["GET", "POST"])
@signed_in
def new_contact(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """Somebody to call or write to."""
    owner = queries.organisation(request.actor, organisation_id)
    _require(policy.may_change_contacts(request.actor, owner.id))
    form = _contact_form(request, owner, {"language": owner.language})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        site_id = _site_id(values.pop("site"))
        created = attempt(
            form,
            lambda: operations.create_contact(
                actor=request.actor,
                now=clock.now(),
                organisation_id=owner.id,
                site_id=site_id,
                **values,
            ),
        )
        if created is not None:
            said(request, _("%(name)s was added.") % {"name": created.name})
            return back_to(request.actor, owner)
    lead = _("Somebody to call or write to. A contact need not be able to sign in.")
    return _page(
        request, owner, form, title=_("New contact"), lead=lead, submit=_("Add the contact")
    )


@require_http_methods(["GET", "POST"])
@signed_in
def contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Change a contact and their addresses."""
    found = queries.contact(request.actor, contact_id)
    owner = queries.organisation(request.actor, found.organisation_id)
    _require(policy.may_change_contacts(request.actor, owner.id))
    form = _contact_form(request, owner, _written(found))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        site_id = _site_id(values.pop("site"))
        changed = attempt(
            form,
            lambda: operations.change_contact(
                actor=request.actor,
                now=clock.now(),
                contact_id=found.id,
                site_id=site_id,
                **values,
            ),
        )
        if changed is not None:
            said(request, _("Saved."))
            return back_to(request.actor, owner)
    switch = _switch("contact", found, _("They are not shown as somebody to call any more."))
    return _page(request, owner, form, title=found.name, submit=_("Save"), switch=switch)


@require_POST
@signed_in
def contact_off(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Nobody to call any more; can be undone."""
    found = operations.switch_contact(
        actor=request.actor, now=clock.now(), contact_id=contact_id, active=False
    )
    undo = reverse("people:contact_on", args=[found.id])
    said(request, _("%(name)s was switched off.") % {"name": found.name}, undo=undo)
    return back_to(request.actor, found.organisation)


@require_POST
@signed_in
def contact_on(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Somebody to call again."""
    found = operations.switch_contact(
        actor=request.actor, now=clock.now(), contact_id=contact_id, active=True
    )
    said(request, _("%(name)s is switched on again.") % {"name": found.name})
    return back_to(request.actor, found.organisation)


def _require(allowed: bool) -> None:  # noqa: FBT001 - the answer of a policy
    if not allowed:
        raise errors.MayNotManage


def _contact_form(
    request: ActorRequest, owner: Organisation, start: dict[str, object]
) -> ContactForm:
    """The form with the organisation's sites; the one a contact has stays offered."""
    rows = queries.every_site(request.actor, owner.id)
    sites = [(str(s.id), s.name) for s in rows if s.is_active or str(s.id) == start.get("site")]
    return ContactForm(posted(request), sites=sites, initial=start)


def _written(found: Contact) -> dict[str, object]:
    kept = list(found.addresses.all())
    kind = ContactAddress.Kind
    return {
        "name": found.name,
        "job": found.job,
        "language": found.language,
        "site": str(found.site_id or ""),
        "emails": [each.value for each in kept if each.kind == kind.EMAIL],
        "phones": [each.value for each in kept if each.kind == kind.PHONE],
    }


def _site_id(value: str) -> UUID | None:
    return UUID(value) if value else None


def _switch(kind: str, found: Site | Contact, words: str) -> Switch:
    return Switch(
        active=found.is_active,
        off_href=reverse(f"people:{kind}_off", args=[found.id]),
        on_href=reverse(f"people:{kind}_on", args=[found.id]),
        words=words,
    )


def _page(
    request: ActorRequest,
    owner: Organisation,
    form: RowsForm,
    *,
    title: str,
    submit: str,
    lead: str = "",
    switch: Switch | None = None,
) -> HttpResponse:
    page = FormPage(
        title=title,
        crumbs=crumbs(request.actor, owner),
        lead=lead,
        form=form,
        submit=submit,
        back_href=home_of(request.actor, owner),
        switch=switch,
    )
    return pages.render(request, "people/form.html", page, status=400 if form.errors else 200)
