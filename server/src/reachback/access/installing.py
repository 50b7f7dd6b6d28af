"""A recipe's progress: what a step's end makes of it. In the caller's transaction."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from reachback.access import cookbook, telling_cases, tellings
from reachback.access.models import RecipeRun, ScriptRun
from reachback.access.recipes import outcome, telling
from reachback.access.recipes.kinds import STEPS
from reachback.access.recipes.outcome import Ended, Next
from reachback.access.scripts import parameters as typed
from reachback.audit.operations import record
from reachback.kernel import actors, timers
from reachback.people import queries as people

_SYSTEM = actors.system("access.recipes")
TIMER: Final = "access.recipe_left"
#: How long a recipe waits for somebody to go on with the step that is due.
PATIENCE: Final = timedelta(minutes=30)


def open_run_of(step: ScriptRun | None) -> RecipeRun | None:
    """The recipe this run is the present step of; None for other scripts."""
    row = None if step is None else cookbook.run_of_step(_SYSTEM, step)
    return row if row is not None and row.state == RecipeRun.State.OPEN else None


def step_ended(row: RecipeRun, step: ScriptRun, *, told: bool, now: datetime) -> None:
    """Go to the step that is due, or end. `told`: the device's account of the step is there."""
    ended = Ended(
        step=row.step,
        reason=step.reason,
        status=step.status,
        refused=step.state == ScriptRun.State.REFUSED,
        told=told,
    )
    follows = outcome.after(ended)
    if follows.found:
        row.found = follows.found
    if follows.step:
        row.step = follows.step
        row.save(update_fields=["step", "found"])
        wait(row, now=now)
        tellings.recipe_changed(row)
        return
    finish(row, follows, now=now)


def finish(row: RecipeRun, follows: Next, *, now: datetime) -> None:
    """End it: its words, one entry on the case, an audit row in both organisations."""
    row.state, row.outcome, row.ended_at = follows.state, follows.outcome, now
    row.claimed_at = None
    row.words = list(words(row))
    row.save(update_fields=["state", "outcome", "found", "ended_at", "claimed_at", "words"])
    timers.cancel(key=_key(row), now=now)
    provider = people.provider()
    record(
        actor=actors.Actor(
            kind="person",
            id=row.person_id,
            name=row.person.name,
            organisation_id=row.person.organisation_id,
        ),
        now=now,
        action="recipe.run_ended",
        organisation_id=row.organisation_id,
        subject_kind="recipe",
        subject_id=row.version.recipe_id,
        subject_label=row.version.recipe.name,
        data={"run": str(row.id), "outcome": row.outcome, "found": row.found},
        also_organisation_ids=(provider.id,) if provider else (),
    )
    telling_cases.recipe_ended(row, now=now)
    tellings.recipe_changed(row)


def words(row: RecipeRun) -> list[str]:
    """What was found, done and verified; what to do; who ran which recipe where, with what."""
    what = telling.subject(row.version.recipe.name, row.arguments)
    applied = row.apply_run_id is not None
    advice = telling.advice(row.outcome)
    refused = [
        run.sentence for step in STEPS if (run := cookbook.step_run(row, step)) and run.sentence
    ]
    return [
        telling.verdict(what, row.found, row.outcome, applied=applied),
        *refused,
        *([advice] if advice else []),
        telling.ran(
            who=row.person.name,
            recipe=row.version.recipe.name,
            number=row.version.number,
            device=row.device.name,
            user=row.run_as or _("its own user"),
            given=typed.said(row.arguments),
        ),
        *(telling.step(step, run.status) for step in STEPS
          if (run := cookbook.step_run(row, step)) and run.state == ScriptRun.State.ENDED),
    ]  # fmt: skip


def _key(row: RecipeRun) -> str:
    return f"{TIMER}:{row.id}"


def wait(row: RecipeRun, *, now: datetime) -> None:
    """Give somebody half an hour to go on."""
    payload = {"run": str(row.id)}
    timers.schedule(kind=TIMER, key=_key(row), due=now + PATIENCE, payload=payload, now=now)
