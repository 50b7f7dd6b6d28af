"""Running a recipe: its questions, its run on record, and going on with the step that is due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access import cookbook, deciding, operations, policy, queries
from reachback.access.deciding import Matter
from reachback.access.errors import ArgumentsRefused, StepNotDue
from reachback.access.models import (
    AccessSession,
    RecipeRun,
    RecipeVersion,
    ScriptRun,
    ScriptVersion,
)
from reachback.access.operations import RecipeRequest
from reachback.access.recipes import telling
from reachback.access.recipes.kinds import STEPS
from reachback.access.recordings import folder, output, story
from reachback.access.scripts import clauses, users
from reachback.access.scripts import parameters as typed
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.errors import spoken
from reachback.access.web.recipes import steps
from reachback.access.web.recipes.contexts import RecipeRunPage, RunRecipePage, StepRecord
from reachback.access.web.recordings import layout
from reachback.access.web.scripts.answers import RunForm
from reachback.access.web.scripts.running import (
    case_id_of,
    choices_of,
    crumbs_of,
    decision_on,
    granted,
    matter_of,
)
from reachback.access.web.signing_in import second_factor
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages
from reachback.ui.doors import agents_only
from reachback_wire.decisions import Decision


@require_http_methods(["GET", "POST"])
@agents_only
def run_recipe(request: ActorRequest, device_id: UUID, recipe_id: UUID) -> HttpResponseBase:
    """The questions; a POST with the answers and a browser's key begins the check."""
    if request.method == "POST":
        return _begin(request, device_id, recipe_id)
    version = _version(request, recipe_id)
    matter = _matter(request, device_id)
    return _questions(request, version, matter, _form(request, version, matter))


@spoken
def _begin(request: ActorRequest, device_id: UUID, recipe_id: UUID) -> HttpResponse:
    version, matter = _version(request, recipe_id), _matter(request, device_id)
    form = _form(request, version, matter)
    form.is_valid()
    given = form.given()
    wanted = RecipeRequest(
        device_id=device_id,
        recipe_id=recipe_id,
        number=version.number,
        session_key=request.POST.get("session_key", ""),
        case_id=case_id_of(request.GET.get("case", "")),
        run_as=given.pop("RUN_AS"),
        given=given,
        mfa=second_factor(request),
    )
    try:
        made = operations.begin_recipe(actor=request.actor, now=clock.now(), request=wanted)
    except ArgumentsRefused as refused:
        form.errors.clear()
        form.tell(refused.fields)
        return _questions(request, version, matter, form)
    return JsonResponse(granted(made), status=201)


def _version(request: ActorRequest, recipe_id: UUID) -> RecipeVersion:
    text = request.GET.get("version", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
    return cookbook.version(request.actor, recipe_id, number)


def _matter(request: ActorRequest, device_id: UUID) -> Matter:
    case_id = case_id_of(request.GET.get("case", ""))
    return matter_of(request.actor, device_id, case_id, clock.now())


def _parameters(version: RecipeVersion) -> list[Parameter]:
    return [Parameter.of(each) for each in version.check_step.parameters]


def _form(request: ActorRequest, version: RecipeVersion, matter: Matter) -> RunForm:
    sent = request.POST if request.method == "POST" else None
    found = choices_of(request.actor, matter, cookbook.scripts_of(version), clock.now())
    return RunForm(sent, parameters=_parameters(version), users=users.offered(found))


def _questions(
    request: ActorRequest, version: RecipeVersion, matter: Matter, form: RunForm
) -> HttpResponse:
    actor, now = request.actor, clock.now()
    scripts = cookbook.scripts_of(version)
    decisions = [decision_on(actor, matter, each, now) for each in scripts]
    said = _whole(actor, matter, scripts, decisions, now)
    query = f"?version={version.number}" + (f"&case={matter.case.reference}" if matter.case else "")
    page = RunRecipePage(
        title=version.recipe.name,
        version=version,
        scripts=[
            (step, text, each.allowed)
            for step, text, each in zip(STEPS, scripts, decisions, strict=True)
        ],
        device_name=matter.device.name,
        form=form,
        allowed=said.allowed,
        sentence=said.sentence,
        code=said.code,
        clause=said.clause,
        to_sign=_to_sign(actor, matter, [each.digest for each in scripts]),
        online=matter.device.link_state == "linked",
        may_connect=policy.may_connect(actor, matter.device.organisation_id),
        action=request.path + query,
        crumbs=crumbs_of(matter),
        now=now,
    )
    status = 400 if form.errors else 200
    return pages.render(request, "access/recipes/run_form.html", page, status=status)


def _whole(
    actor: Actor,
    matter: Matter,
    scripts: Sequence[ScriptVersion],
    decisions: Sequence[Decision],
    now: datetime,
) -> Decision:
    """The first step's refusal, else what is said of all three as one and the same user."""
    refused = [each for each in decisions if not each.allowed]
    return refused[0] if refused else choices_of(actor, matter, scripts, now)[0].decision


def _to_sign(actor: Actor, matter: Matter, digests: list[str]) -> str:
    """The clause to add; "" when every text is named."""
    if all(deciding.names_script(matter.contract, each) for each in digests):
        return ""
    teams = people.teams(actor).filter(id__in=actor.team_ids).values_list("name", flat=True)
    numbers = [each.number for each in matter.contract.clauses] if matter.contract else []
    return clauses.clause(*digests, number=max(numbers, default=0) + 1, teams=sorted(teams))


@require_safe
@signed_in
def recipe_run(request: ActorRequest, recipe_run_id: UUID) -> HttpResponse:
    """How far it came, and what each step wrote. Whoever reads recordings is written down."""
    actor, now = request.actor, clock.now()
    row = cookbook.run(actor, recipe_run_id)
    shown = steps.of(row)
    present = cookbook.step_run(row, row.step)
    is_open = row.state == RecipeRun.State.OPEN
    page = RecipeRunPage(
        title=row.version.recipe.name,
        row=row,
        subject=telling.subject(row.version.recipe.name, row.arguments),
        arguments=typed.said(row.arguments),
        steps=shown,
        records=[
            _record(actor, now, each, over=not is_open) for each in shown if each.run is not None
        ],
        mine=row.person_id == actor.id,
        due=row.step if is_open and present is None else "",
        waiting=is_open and present is not None,
        running_url=_running_url(present) if is_open else "",
        layout=layout(actor),
        now=now,
    )
    return pages.render(request, "access/recipes/run.html", page)


def _running_url(present: ScriptRun | None) -> str:
    """Where the step under way is seen; "" when its session is over."""
    if present is None or present.session.state == AccessSession.State.ENDED:
        return ""
    return reverse("access:session", args=[present.session_id])


def _record(actor: Actor, now: datetime, step: steps.Step, *, over: bool) -> StepRecord:
    """What it wrote, once the recipe is over: before, the page is drawn again at each step."""
    if step.run is None or not over or step.run.session.state != AccessSession.State.ENDED:
        return StepRecord(step, (), shortened=False)
    session = queries.session(actor, step.run.session_id)
    operations.view_recording(actor=actor, now=now, session=session, how="read")
    pieces, shortened = output.pieces(story.read_all(folder.channels(session.id)))
    return StepRecord(step, pieces, shortened)


@require_POST
@signed_in
@spoken
def go_on(request: ActorRequest, recipe_run_id: UUID) -> HttpResponse:
    """Ask for the step that is due. 202 while the one before is not known to be over."""
    page = reverse("access:recipe_run", args=[recipe_run_id])
    try:
        made = operations.next_step(
            actor=request.actor,
            now=clock.now(),
            run_id=recipe_run_id,
            session_key=request.POST.get("session_key", ""),
            mfa=second_factor(request),
        )
    except StepNotDue as refused:
        said = {"code": refused.code, "sentence": refused.sentence, "page": page}
        return JsonResponse(said, status=refused.status)
    if made is None:
        return JsonResponse({"state": "waiting", "page": page}, status=202)
    return JsonResponse(granted(made), status=201)


@require_POST
@signed_in
def leave(request: ActorRequest, recipe_run_id: UUID) -> HttpResponse:
    """End it between two steps."""
    try:
        operations.leave_recipe(actor=request.actor, now=clock.now(), run_id=recipe_run_id)
    except StepNotDue as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("It is ended. Nothing more is run."))
    return redirect("access:recipe_run", recipe_run_id=recipe_run_id)
