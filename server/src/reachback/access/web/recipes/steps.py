"""The three steps of a recipe's run, as every page about it shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from reachback.access import cookbook
from reachback.access.models import RecipeRun, ScriptRun
from reachback.access.recipes.kinds import STEPS

_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "check": gettext_lazy("Check"),
    "apply": gettext_lazy("Apply"),
    "verify": gettext_lazy("Verify"),
}
_FOUND: Final[Mapping[str, StrOrPromise]] = {
    "there": gettext_lazy("already there"),
    "absent": gettext_lazy("absent"),
    "other": gettext_lazy("another version"),
}


_UNDER_WAY: Final[Mapping[str, tuple[StrOrPromise, str, str]]] = {
    ScriptRun.State.ASKED: (gettext_lazy("about to begin"), "blue", "clock"),
    ScriptRun.State.RUNNING: (gettext_lazy("running"), "violet", "play"),
    ScriptRun.State.REFUSED: (gettext_lazy("refused"), "red", "ban"),
}


@dataclass(frozen=True)
class Step:
    """One step: its `word`, the colour and sign that go with it, and its run where there is one."""

    key: str
    name: str
    word: str
    tone: str
    icon: str
    current: bool
    run: ScriptRun | None


def of(row: RecipeRun) -> Sequence[Step]:
    """Return the steps in order."""
    return [_step(row, step) for step in STEPS]


def _step(row: RecipeRun, step: str) -> Step:
    run = cookbook.step_run(row, step)
    word, tone, icon = _without_run(row, step) if run is None else _with_run(row, step, run)
    current = row.state == RecipeRun.State.OPEN and row.step == step
    return Step(step, str(_NAMES[step]), word, tone, icon, current, run)


def _without_run(row: RecipeRun, step: str) -> tuple[str, str, str]:
    if row.state == RecipeRun.State.OPEN:
        if row.step == step:
            return _("due"), "blue", "clock"
        if not (step == "apply" and row.found == "there"):
            return _("to come"), "", "clock"
    if step == "apply" and row.found == "there":
        return _("not needed"), "", "minus"
    return _("not begun"), "", "minus"


def _with_run(row: RecipeRun, step: str, run: ScriptRun) -> tuple[str, str, str]:
    if run.state == ScriptRun.State.ASKED and row.state == RecipeRun.State.LEFT:
        return _("never began"), "", "minus"
    if run.state in _UNDER_WAY:
        word, tone, icon = _UNDER_WAY[run.state]
        return str(word), tone, icon
    if row.outcome == f"{step}-unknown":
        return _("outcome unknown"), "amber", "warning"
    if step == "check" and row.found:
        return str(_FOUND[row.found]), "green", "check"
    if run.status == 0 and run.reason == "ended":
        return (_("verified") if step == "verify" else _("done")), "green", "check"
    if run.status is None:
        return _("ended early"), "red", "warning"
    return _("exit %(status)s") % {"status": run.status}, "red", "warning"
