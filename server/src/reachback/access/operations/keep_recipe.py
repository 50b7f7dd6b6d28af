"""Keep a recipe in the library: written, renewed, retired, or one that comes with Reachback."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import cookbook, library, policy
from reachback.access.errors import MayNotKeepScripts, RecipeNameTaken, RecipeRefused
from reachback.access.models import Recipe, RecipeVersion, ScriptVersion
from reachback.access.operations.create_script import ABOUT, NAME, create_script
from reachback.access.recipes.kinds import LATER, READY, STEPS
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.kernel.errors import Conflict


def create_recipe(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    name: str,
    kind: str,
    steps: Mapping[str, UUID],
    about: str = "",
) -> Recipe:
    """Write it with the newest version of its three scripts, `steps` by step.

    `organisation_id` is the provider's. Raises MayNotKeepScripts, RecipeRefused, RecipeNameTaken,
    NoSuchScript.
    """
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    _check_kind(kind)
    called = name.strip()[:NAME]
    if not called:
        raise RecipeRefused("name", _("A recipe has a name."))
    scripts = _scripts(actor, steps)
    try:
        with transaction.atomic():
            row: Recipe = Recipe.objects.create(
                organisation_id=organisation_id, name=called, about=about.strip()[:ABOUT], kind=kind
            )
            _keep(actor, now, row, 1, scripts, "")
            _record(actor, now, row, "recipe.created", scripts)
    except IntegrityError as error:
        raise RecipeNameTaken(called) from error
    return row


def renew_recipe(
    *, actor: Actor, now: datetime, recipe_id: UUID, based_on: int, note: str = ""
) -> Recipe:
    """Make the next version, of the newest version of each of its scripts; nothing if none is new.

    Raises MayNotKeepScripts, NoSuchRecipe, RecipeRefused, Conflict (a newer version is there).
    """
    present = cookbook.version(actor, recipe_id)
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    if present.number != based_on:
        words = _("Version %(n)s was made meanwhile.") % {"n": present.number}
        raise Conflict("recipe-changed", words)
    steps = {step: cookbook.script_of(present, step).script_id for step in STEPS}
    scripts = _scripts(actor, steps)
    row = present.recipe
    if all(cookbook.script_of(present, step) == each for step, each in scripts.items()):
        return row
    with transaction.atomic():
        row.latest = based_on + 1
        row.save(update_fields=["latest"])
        _keep(actor, now, row, row.latest, scripts, note)
        _record(actor, now, row, "recipe.version_made", scripts)
    return row


def add_ready_recipe(*, actor: Actor, now: datetime, organisation_id: UUID, kind: str) -> Recipe:
    """Put a recipe that comes with Reachback into the library, with its three scripts.

    Raises MayNotKeepScripts, RecipeRefused (a kind that waits, or none), ScriptNameTaken.
    """
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    _check_kind(kind)
    ready = READY.get(kind)
    if ready is None:
        raise RecipeRefused("kind", _("No recipe of this kind comes along."))
    with transaction.atomic():
        steps = {
            step: create_script(
                actor=actor,
                now=now,
                organisation_id=organisation_id,
                name=f"{ready.name}: {step}",
                purpose=step,
                version=ready.version(step),
            ).id
            for step in STEPS
        }
        return create_recipe(
            actor=actor,
            now=now,
            organisation_id=organisation_id,
            name=ready.name,
            about=ready.about,
            kind=kind,
            steps=steps,
        )


def retire_recipe(*, actor: Actor, now: datetime, recipe_id: UUID, retired: bool = True) -> Recipe:
    """Stop offering it, or offer it again. Raises MayNotKeepScripts, NoSuchRecipe."""
    row = cookbook.recipe(actor, recipe_id)
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    if row.is_active is not retired:
        return row
    row.is_active = not retired
    with transaction.atomic():
        row.save(update_fields=["is_active"])
        _record(actor, now, row, "recipe.retired" if retired else "recipe.restored", {})
    return row


def _check_kind(kind: str) -> None:
    if kind in LATER:
        raise RecipeRefused("kind", str(LATER[kind]))
    if kind not in Recipe.Kind.values:
        raise RecipeRefused("kind", _("Choose what kind of package it installs."))


def _scripts(actor: Actor, steps: Mapping[str, UUID]) -> dict[str, ScriptVersion]:
    """The newest version of each step's script. Raises RecipeRefused, naming the step."""
    found: dict[str, ScriptVersion] = {}
    for step in STEPS:
        if step not in steps:
            raise RecipeRefused(step, _("A recipe has a script for each of its three steps."))
        chosen = library.version(actor, steps[step])
        if chosen.script.purpose != step:
            words = _("“%(name)s” is kept as: %(what)s.")
            values = {"name": chosen.script.name, "what": chosen.script.get_purpose_display()}
            raise RecipeRefused(step, words % values)
        found[step] = chosen
    first = found["check"]
    for step in STEPS[1:]:
        if found[step].parameters != first.parameters:
            words = _("It asks for other parameters than “%(name)s”: all three share theirs.")
            raise RecipeRefused(step, words % {"name": first.script.name})
    return found


def _keep(
    actor: Actor,
    now: datetime,
    row: Recipe,
    number: int,
    scripts: Mapping[str, ScriptVersion],
    note: str,
) -> None:
    RecipeVersion(
        recipe=row,
        number=number,
        note=note.strip()[:300],
        author_name=actor.name[:120],
        made_at=now,
        **{f"{step}_step": each for step, each in scripts.items()},
    ).save(force_insert=True)


def _record(
    actor: Actor, now: datetime, row: Recipe, action: str, scripts: Mapping[str, ScriptVersion]
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=row.organisation_id,
        subject_kind="recipe",
        subject_id=row.id,
        subject_label=row.name,
        data={"version": row.latest, **{step: each.digest for step, each in scripts.items()}},
    )
