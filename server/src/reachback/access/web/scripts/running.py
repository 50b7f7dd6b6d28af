"""“Run a script…” from a case or a device: choose one, answer its questions, press Run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reachback.access import cookbook, deciding, library, operations, policy, reading
from reachback.access.deciding import Matter
from reachback.access.errors import AccessRefused, ArgumentsRefused, MayNotConnect
from reachback.access.models import RecipeVersion, ScriptVersion
from reachback.access.operations import RunRequest
from reachback.access.scripts import clauses, users
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.errors import spoken
from reachback.access.web.scripts.answers import RunForm
from reachback.access.web.scripts.contexts import ChoicePage, RunFormPage
from reachback.access.web.signing_in import second_factor
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest
from reachback.people import queries as people
from reachback.ui import pages
from reachback.ui.doors import agents_only
from reachback_wire.decisions import Decision


@require_safe
@agents_only
def choose(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """The scripts of the library, those the device's contract allows first."""
    actor, now = request.actor, clock.now()
    case_id = case_id_of(request.GET.get("case", ""))
    matter = matter_of(actor, device_id, case_id, now)
    search = request.GET.get("q", "")[:100]
    offered = list(library.newest(actor, search))
    allowed = [each for each in offered if decision_on(actor, matter, each, now).allowed]
    recipes = [(each, _whole(actor, matter, each, now)) for each in cookbook.newest(actor, search)]
    page = ChoicePage(
        title=_("Run a script"),
        device_name=matter.device.name,
        device_id=device_id,
        case_number=matter.case.number if matter.case else 0,
        query="" if case_id is None else f"?case={case_id}",
        search=search,
        allowed=allowed,
        others=[each for each in offered if each not in allowed],
        recipes=sorted(recipes, key=lambda each: not each[1]),
        crumbs=crumbs_of(matter),
        now=now,
    )
    return pages.render(request, "access/scripts/choose.html", page)


@require_http_methods(["GET", "POST"])
@agents_only
def run_script(request: ActorRequest, device_id: UUID, script_id: UUID) -> HttpResponseBase:
    """Its questions; a post with a browser's key answers with the session, or says what is wrong.

    A refusal of access is JSON as Connect's is, wrong answers are the page again (400).
    """
    if request.method == "POST":
        return _run(request, device_id, script_id)
    asked = _asked(request, device_id, script_id)
    return _questions(request, asked, asked.form(None))


@spoken
def _run(request: ActorRequest, device_id: UUID, script_id: UUID) -> HttpResponse:
    asked = _asked(request, device_id, script_id)
    form = asked.form(request.POST)
    form.is_valid()
    given = form.given()
    wanted = RunRequest(
        device_id=device_id,
        script_id=script_id,
        number=asked.version.number,
        session_key=request.POST.get("session_key", ""),
        case_id=asked.case_id,
        run_as=given.pop("RUN_AS"),
        given=given,
        mfa=second_factor(request),
    )
    try:
        made = operations.run_script(actor=request.actor, now=asked.now, request=wanted)
    except ArgumentsRefused as refused:
        form.errors.clear()
        form.tell(refused.fields)
        return _questions(request, asked, form)
    return JsonResponse(granted(made), status=201)


@dataclass(frozen=True)
class _Asked:
    """What an address names: the device with its contract, the version, the case."""

    actor: Actor
    matter: Matter
    version: ScriptVersion
    case_id: UUID | None
    now: datetime

    def form(self, sent: QueryDict | None) -> RunForm:
        return RunForm(
            sent,
            parameters=[Parameter.of(each) for each in self.version.parameters],
            users=users.offered(choices_of(self.actor, self.matter, [self.version], self.now)),
        )


def _asked(request: ActorRequest, device_id: UUID, script_id: UUID) -> _Asked:
    now, case_id = clock.now(), case_id_of(request.GET.get("case", ""))
    version = _version(request.actor, script_id, request.GET.get("version", ""))
    matter = matter_of(request.actor, device_id, case_id, now)
    return _Asked(request.actor, matter, version, case_id, now)


def granted(made: operations.Connected) -> dict[str, Any]:
    """What the browser needs to go on to the session's page."""
    page = reverse("access:session", args=[made.session_id])
    return {"session": str(made.session_id), "page": page, "ticket": made.ticket}


def _questions(request: ActorRequest, asked: _Asked, form: RunForm) -> HttpResponse:
    actor, matter, version, now = request.actor, asked.matter, asked.version, asked.now
    decision = decision_on(actor, matter, version, now)
    teams = people.teams(actor).filter(id__in=actor.team_ids).values_list("name", flat=True)
    numbers = [each.number for each in matter.contract.clauses] if matter.contract else []
    free = max(numbers, default=0) + 1
    query = f"?version={version.number}" + (f"&case={matter.case.reference}" if matter.case else "")
    page = RunFormPage(
        title=version.script.name,
        version=version,
        device_name=matter.device.name,
        form=form,
        allowed=decision.allowed,
        sentence=decision.sentence,
        code=decision.code,
        clause=decision.clause,
        to_sign=""
        if deciding.names_script(matter.contract, version.digest)
        else clauses.clause(version.digest, number=free, teams=sorted(teams)),
        offer=reading.offers(actor, matter.device.organisation_id).get(version.id),
        may_offer=policy.may_keep_scripts(actor),
        organisation_id=matter.device.organisation_id,
        organisation_name=people.organisation(actor, matter.device.organisation_id).name,
        online=matter.device.link_state == "linked",
        may_connect=policy.may_connect(actor, matter.device.organisation_id),
        action=request.path + query,
        crumbs=crumbs_of(matter),
        now=now,
    )
    status = 400 if form.errors else 200
    return pages.render(request, "access/scripts/run_form.html", page, status=status)


def matter_of(actor: Actor, device_id: UUID, case_id: UUID | None, now: datetime) -> Matter:
    """What bears on the device; a case that is over counts as none."""
    try:
        return deciding.matter(actor, device_id, case_id, now)
    except AccessRefused:
        return deciding.matter(actor, device_id, None, now)


def _whole(actor: Actor, matter: Matter, recipe: RecipeVersion, now: datetime) -> bool:
    """Whether all three texts of a recipe are allowed now."""
    if not policy.may_connect(actor, matter.device.organisation_id):
        return False
    found = choices_of(actor, matter, cookbook.scripts_of(recipe), now)
    return found[0].decision.allowed


def decision_on(actor: Actor, matter: Matter, version: ScriptVersion, now: datetime) -> Decision:
    """What contract and narrowings say of this text, as the user it would usually be run as."""
    if not policy.may_connect(actor, matter.device.organisation_id):
        refused = MayNotConnect()
        return Decision(allowed=False, code=refused.code, sentence=refused.sentence)
    return choices_of(actor, matter, [version], now)[0].decision


def choices_of(
    actor: Actor, matter: Matter, versions: Sequence[ScriptVersion], now: datetime
) -> Sequence[users.UserChoice]:
    """Whom all of these texts may be run as, those allowed first."""
    return users.choices(actor, matter, [each.digest for each in versions], now)


def _version(actor: Actor, script_id: UUID, text: str) -> ScriptVersion:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
    return library.version(actor, script_id, number)


def case_id_of(text: str) -> UUID | None:
    """The case an address names; None for none, and for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def crumbs_of(matter: Matter) -> list[tuple[str, str]]:
    """Where the page stands: below the case, else below the device."""
    device = (matter.device.name, reverse("devices:detail", args=[matter.device.id]))
    if matter.case is None:
        return [(_("Devices"), reverse("devices:list")), device]
    words = _("Case %(number)s") % {"number": matter.case.number}
    return [(words, reverse("cases:case", args=[matter.case.number])), device]
