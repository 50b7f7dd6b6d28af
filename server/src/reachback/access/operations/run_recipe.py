"""Run a recipe: begin with its check, and go on to the step that is due.

A step is a script's run of its own: another grant, good for one use, for a text the contract
names. What is due follows from the device's account of the step before (recipes/outcome.py);
nobody but the person who began goes on, and no step is ever asked for twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reachback.access import cookbook, deciding, installing, library, policy
from reachback.access.errors import AccessRefused, MayNotConnect, StepNotDue
from reachback.access.models import RecipeRun, RecipeVersion
from reachback.access.operations.connect import Connected
from reachback.access.operations.run_script import RunRequest, run_script
from reachback.access.recipes.kinds import STEPS
from reachback.access.scripts import parameters as typed
from reachback.access.scripts import users
from reachback.access.scripts.parameters import Parameter
from reachback.audit.operations import record
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor
from reachback.kernel.errors import ReachbackError

#: A claim whose request died with its process is over after this.
_CLAIM: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class RecipeRequest:
    """What a technician asks to run. `given` is what was typed, by the parameters' names."""

    device_id: UUID
    recipe_id: UUID
    number: int
    session_key: str
    case_id: UUID | None = None
    run_as: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    mfa: str = ""


def begin_recipe(*, actor: Actor, now: datetime, request: RecipeRequest) -> Connected:
    """Keep the run and ask for its check; nothing begins of which a step is not allowed.

    Raises ArgumentsRefused, NoSuchRecipe, and what `run_script` raises.
    """
    version = cookbook.version(actor, request.recipe_id, request.number)
    device = devices.device(actor, request.device_id)
    if not policy.may_connect(actor, device.organisation_id):
        raise MayNotConnect
    if not version.recipe.is_active:
        raise AccessRefused("recipe-retired", _("This recipe is retired."))
    parameters = [Parameter.of(each) for each in version.check_step.parameters]
    arguments = typed.arguments(parameters, request.given)
    run_as = _checked_user(actor, now, version, request)
    with transaction.atomic():
        row = RecipeRun.objects.create(
            organisation_id=device.organisation_id,
            version=version,
            device_id=device.id,
            case_id=request.case_id,
            person_id=actor.id,
            run_as=run_as[:80],
            given=dict(request.given),
            arguments=arguments,
            asked_at=now,
            claimed_at=now,
        )
        _record(actor, now, row)
        installing.wait(row, now=now)
    return _ask(actor, now, row, request.session_key, request.mfa)


def _checked_user(
    actor: Actor, now: datetime, version: RecipeVersion, request: RecipeRequest
) -> str:
    """Judge all three texts before the first: what is installed is to be verified, by one user."""
    matter = deciding.matter(actor, request.device_id, request.case_id, now)
    digests = [cookbook.script_of(version, step).digest for step in STEPS]
    found = users.choices(actor, matter, digests, now, mfa=request.mfa)
    run_as = request.run_as or found[0].run_as
    for step, digest in zip(STEPS, digests, strict=True):
        wish = deciding.Wish(
            capability=deciding.EXEC,
            run_as=run_as,
            session_key=deciding.probe_key(),
            mfa=request.mfa,
            script=digest,
        )
        _wish, decision = users.settle(actor, matter, wish, now)
        if not decision.allowed:
            words = _("%(step)s: %(why)s") % {"step": step, "why": decision.sentence}
            raise AccessRefused(decision.code, words, decision.clause)
    return run_as


def next_step(
    *, actor: Actor, now: datetime, run_id: UUID, session_key: str, mfa: str = ""
) -> Connected | None:
    """Ask for the step that is due; None while the one before has not ended.

    Raises NoSuchRecipe, MayNotConnect (somebody else's), StepNotDue (over, or asked for already),
    and what `run_script` raises.
    """
    row = cookbook.run(actor, run_id)
    if row.person_id != actor.id:
        raise MayNotConnect
    if row.state != RecipeRun.State.OPEN:
        raise StepNotDue(_("This recipe is over."))
    if cookbook.step_run(row, row.step) is not None:
        return None
    _claim(row, now)
    return _ask(actor, now, row, session_key, mfa)


def _claim(row: RecipeRun, now: datetime) -> None:
    """Only one request asks for a step, also with two pages open."""
    rows: QuerySet[RecipeRun] = RecipeRun.objects.marked_scoped()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - _CLAIM)
    due = {"id": row.id, "state": RecipeRun.State.OPEN, "step": row.step, f"{row.step}_run": None}
    if not rows.filter(free, **due).update(claimed_at=now):
        raise StepNotDue(_("Another page of yours goes on with this recipe."))


def _ask(actor: Actor, now: datetime, row: RecipeRun, session_key: str, mfa: str) -> Connected:
    script = cookbook.script_of(row.version, row.step)
    request = RunRequest(
        device_id=row.device_id,
        script_id=script.script_id,
        number=script.number,
        session_key=session_key,
        case_id=row.case_id,
        run_as=row.run_as,
        given=row.given,
        mfa=mfa,
        step=row.step,
    )
    try:
        made = run_script(actor=actor, now=now, request=request)
    except ReachbackError:
        _forget_claim(row)
        raise
    with transaction.atomic():
        run = library.run_of_session(actor, made.session_id)
        rows: QuerySet[RecipeRun] = RecipeRun.objects.marked_scoped()
        due = rows.filter(id=row.id, state=RecipeRun.State.OPEN, **{f"{row.step}_run": None})
        if not due.update(**{f"{row.step}_run": run}, claimed_at=None):
            raise StepNotDue(_("Another page of yours goes on with this recipe."))
        installing.wait(row, now=now)
    return made


def _forget_claim(row: RecipeRun) -> None:
    """The step was not asked for; a recipe whose check never was is not kept."""
    rows: QuerySet[RecipeRun] = RecipeRun.objects.marked_scoped()
    if row.check_run_id is None:
        rows.filter(id=row.id, check_run=None).delete()
    else:
        rows.filter(id=row.id).update(claimed_at=None)


def _record(actor: Actor, now: datetime, row: RecipeRun) -> None:
    record(
        actor=actor,
        now=now,
        action="recipe.run_asked",
        organisation_id=row.organisation_id,
        subject_kind="recipe",
        subject_id=row.version.recipe_id,
        subject_label=row.version.recipe.name,
        data={
            "version": row.version.number,
            "run": str(row.id),
            "device": row.device.name,
            "arguments": typed.said(row.arguments)[:1000],
            **{step: cookbook.script_of(row.version, step).digest for step in STEPS},
        },
        also_organisation_ids=(actor.organisation_id,) if actor.organisation_id else (),
    )
