"""The forms of one person's page: filled from what is, saved in one transaction."""

from django.db import transaction

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import operations, queries
from reachback.people.models import Organisation, User
from reachback.people.web.answering import attempt, posted
from reachback.people.web.forms import PersonForm, TeamsForm


def person_form(request: ActorRequest, person: User, *, fresh: bool = False) -> PersonForm:
    """What somebody is called, may do and reaches; `fresh` leaves what was posted aside."""
    provider = person.organisation.is_provider
    rows = person.reach_rows if provider else person.site_rows
    field = "organisation_id" if provider else "site_id"
    start = {
        "name": person.name,
        "zone": person.zone,
        "language": person.language,
        "roles": [row.role for row in person.role_rows.all()],
        "everywhere": person.every_customer if provider else person.every_site,
        "reach": [str(each) for each in rows.values_list(field, flat=True)],
    }
    data = None if fresh else posted(request)
    places = _places(request, person)
    return PersonForm(data, provider=provider, reach=places, initial=start)


def _places(request: ActorRequest, person: User) -> list[tuple[str, str]]:
    if person.organisation.is_provider:
        found = queries.organisations(request.actor).exclude(kind=Organisation.Kind.PROVIDER)
        return [(str(each.id), each.name) for each in found]
    sites = queries.every_site(request.actor, person.organisation_id)
    return [(str(each.id), each.name) for each in sites]


def teams_form(request: ActorRequest, person: User, *, fresh: bool = False) -> TeamsForm:
    """The teams somebody is in; `fresh` leaves what was posted aside."""
    mine = {row.team_id for row in queries.memberships(request.actor).filter(user=person)}
    teams = queries.every_team(request.actor)
    offered = [(str(t.id), t.name) for t in teams if t.is_active or t.id in mine]
    return TeamsForm(
        None if fresh else posted(request),
        teams=offered,
        initial={"teams": [str(each) for each in mine]},
    )


def save(request: ActorRequest, person: User, form: PersonForm) -> bool:
    """All of it or nothing; False leaves the reason on the form."""
    return bool(attempt(form, lambda: _save(request, person, form)))


def _save(request: ActorRequest, person: User, form: PersonForm) -> bool:
    values, actor, now = form.cleaned_data, request.actor, clock.now()
    with transaction.atomic():
        operations.change_person(
            actor=actor,
            now=now,
            person_id=person.id,
            name=values["name"],
            zone=values["zone"],
            language=values["language"],
        )
        operations.set_roles(actor=actor, now=now, person_id=person.id, roles=values["roles"])
        _set_reach(request, person, form)
    return True


def _set_reach(request: ActorRequest, person: User, form: PersonForm) -> None:
    """Only when it differs: each setting is a row in the log."""
    if not {"everywhere", "reach"} & set(form.changed_data):
        return
    actor, now, places = request.actor, clock.now(), form.reached()
    if person.organisation.is_provider:
        operations.limit_customers(actor=actor, now=now, person_id=person.id, customer_ids=places)
    else:
        operations.limit_sites(actor=actor, now=now, person_id=person.id, site_ids=places)
