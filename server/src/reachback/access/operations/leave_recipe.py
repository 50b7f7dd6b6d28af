"""End a recipe to which nobody goes on: asked for by its technician, or by a timer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import cookbook, installing
from reachback.access.errors import MayNotConnect, StepNotDue
from reachback.access.models import AccessSession, RecipeRun, ScriptRun
from reachback.access.recipes.outcome import Next
from reachback.kernel import actors
from reachback.kernel.actors import Actor

_SYSTEM = actors.system("access.recipes")


def leave_recipe(*, actor: Actor, now: datetime, run_id: UUID) -> RecipeRun:
    """End it between two steps. Raises NoSuchRecipe, MayNotConnect, StepNotDue while one runs."""
    row = cookbook.run(actor, run_id)
    if row.person_id != actor.id:
        raise MayNotConnect
    with transaction.atomic():
        if not _leave(row, now):
            raise StepNotDue(_("A step is under way: stop it on its page."))
    return row


def leave_unattended(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    """End it if nobody went on meanwhile. A timer's handler."""
    row = cookbook.runs(_SYSTEM).filter(id=UUID(payload["run"])).first()
    if row is not None and not _leave(row, now):
        installing.wait(row, now=now)  # a step runs: look again later


def _leave(row: RecipeRun, now: datetime) -> bool:
    """End it unless a step is under way; True also when it was over already."""
    if row.state != RecipeRun.State.OPEN:
        return True
    step = cookbook.step_run(row, row.step)
    if step is not None and not _never_began(step, now):
        return False
    installing.finish(row, Next(state=RecipeRun.State.LEFT, outcome=f"left-{row.step}"), now=now)
    return True


def _never_began(step: ScriptRun, now: datetime) -> bool:
    """Whether the front has heard nothing of it; its session is closed, so that it never begins."""
    sessions: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
    session = sessions.select_for_update().filter(id=step.session_id).first()
    if session is None or session.started_at is not None:
        return False
    if session.state == AccessSession.State.READY:
        session.state = AccessSession.State.ENDED
        session.ended_at = now
        session.end_code = "never-began"
        session.save(update_fields=["state", "ended_at", "end_code"])
    return True
