"""Reads of recipes and of their runs. Each starts from what the actor may see."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, QuerySet

from reachback.access import policy
from reachback.access.errors import NoSuchRecipe
from reachback.access.models import Recipe, RecipeRun, RecipeVersion, ScriptRun, ScriptVersion
from reachback.access.recipes.kinds import STEPS
from reachback.kernel.actors import Actor

_STEPS = tuple(f"{step}_step" for step in STEPS)


def newest(actor: Actor, search: str = "", *, retired: bool = False) -> "QuerySet[RecipeVersion]":
    """The newest version of every recipe, by name."""
    found = _versions(actor).filter(number=F("recipe__latest"))
    if not retired:
        found = found.filter(recipe__is_active=True)
    if words := search.strip()[:100]:
        found = found.filter(recipe__name__icontains=words)
    return found.order_by("-recipe__is_active", "recipe__name")


def _versions(actor: Actor) -> "QuerySet[RecipeVersion]":
    found: QuerySet[RecipeVersion] = RecipeVersion.objects.visible_to(actor)
    return found.select_related("recipe", *_STEPS, *(f"{each}__script" for each in _STEPS))


def recipe(actor: Actor, recipe_id: UUID) -> Recipe:
    """One recipe; NoSuchRecipe if it is not there or not the actor's to see."""
    found: Recipe | None = Recipe.objects.visible_to(actor).filter(id=recipe_id).first()
    if found is None:
        raise NoSuchRecipe
    return found


def version(actor: Actor, recipe_id: UUID, number: int | None = None) -> RecipeVersion:
    """One version of a recipe, the newest unless a number says otherwise; NoSuchRecipe."""
    wanted = F("recipe__latest") if number is None else number
    row = _versions(actor).filter(recipe_id=recipe_id, number=wanted).first()
    if row is None:
        raise NoSuchRecipe
    return row


def versions(actor: Actor, recipe_id: UUID) -> Sequence[RecipeVersion]:
    """Every version of a recipe, newest first."""
    return list(_versions(actor).filter(recipe_id=recipe_id))


def script_of(found: RecipeVersion, step: str) -> ScriptVersion:
    """The script of one step."""
    chosen: ScriptVersion = getattr(found, f"{step}_step")
    return chosen


def scripts_of(found: RecipeVersion) -> Sequence[ScriptVersion]:
    """The three scripts, in the order they run."""
    return [script_of(found, step) for step in STEPS]


def runs(actor: Actor) -> "QuerySet[RecipeRun]":
    """Every run of a recipe the actor may see, newest first."""
    found: QuerySet[RecipeRun] = RecipeRun.objects.visible_to(actor)
    return found.select_related(
        "version", "version__recipe", "device", "device__site", "person", "case",
        *(f"version__{each}" for each in _STEPS),
        *(f"version__{each}__script" for each in _STEPS),
        *(f"{step}_run" for step in STEPS), *(f"{step}_run__session" for step in STEPS),
    )  # fmt: skip


def run(actor: Actor, run_id: UUID) -> RecipeRun:
    """One run, for those who may see its sessions; NoSuchRecipe for everybody else."""
    found = runs(actor).filter(id=run_id).first()
    if found is None or not policy.may_see_sessions(
        actor, found.organisation_id, found.device.site_id
    ):
        raise NoSuchRecipe
    return found


def run_of_step(actor: Actor, step: ScriptRun) -> RecipeRun | None:
    """The recipe's run a script's run is a step of; None for a script run by itself."""
    purpose = step.version.script.purpose
    if purpose not in STEPS:
        return None
    return runs(actor).filter(**{f"{purpose}_run": step}).first()


def step_run(found: RecipeRun, step: str) -> ScriptRun | None:
    """What was run for one step; None while it has not been asked for."""
    chosen: ScriptRun | None = getattr(found, f"{step}_run")
    return chosen
