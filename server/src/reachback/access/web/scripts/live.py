"""What the session page of a run is given beside what every session page is."""

from base64 import b64encode
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.access import cookbook, library
from reachback.access.models import AccessSession, RecipeRun, ScriptRun
from reachback.access.operations.run_script import execution
from reachback.kernel.actors import Actor

FIRST: Final = 32 * 1024
"""Bytes of the text that travel in OPEN: a frame is at most 65,600 bytes, and base64 grows."""


def run_of(actor: Actor, found: AccessSession) -> ScriptRun | None:
    """The run this session is held for."""
    return library.run_of_session(actor, found.id) if "exec" in found.capabilities else None


def recipe_of(actor: Actor, run: ScriptRun) -> RecipeRun | None:
    """The recipe of which the run is a step."""
    return cookbook.run_of_step(actor, run)


def after(run: ScriptRun, recipe: RecipeRun | None = None) -> str:
    """Where the run is on record: its recipe's, if it is a step of one."""
    if recipe is not None:
        return reverse("access:recipe_run", args=[recipe.id])
    return reverse("access:run", args=[run.id])


def next_step(recipe: RecipeRun) -> dict[str, str]:
    """What the page of a step needs to go on by itself with the one after it."""
    return {
        "next": reverse("access:recipe_next", args=[recipe.id]),
        "page": reverse("access:recipe_run", args=[recipe.id]),
    }


def plan(run: ScriptRun, *, mine: bool) -> dict[str, Any]:
    """What OPEN asks for, with the text for who opens it; a watcher needs none."""
    text = run.version.text.encode() if mine else b""
    return {
        "key": f"{run.session_id}.1",
        "kind": "exec",
        "parameters": execution(run),
        "first": b64encode(text[:FIRST]).decode("ascii"),
        "rest": b64encode(text[FIRST:]).decode("ascii"),
    }


def texts() -> dict[str, str]:
    """The sentences of the page while it runs."""
    return {
        "run_waiting": _("Sending the script…"),
        "run_running": _("Running"),
        "run_time": _("%s s of %l s"),
        "run_bytes": _("%s of %l bytes"),
        "run_stopping": _("Asked it to stop."),
        "run_left_out": _("Earlier output is in the recording."),
        "run_ended": _("It ended by itself."),
        "run_stopped": _("It was stopped."),
        "run_time-limit": _("It was ended at its time limit."),
        "run_output-limit": _("It was ended at its output limit; what came before is kept."),
        "run_cut": _("The session was cut while it ran."),
        "run_refused": _("The device refused the text, and nothing was run."),
        "run_error": _("standard error"),
        "recipe_next": _("Going on with the next step…"),
        "recipe_slow": _("The server has not heard of this step's end yet. Look at the recipe."),
    }
