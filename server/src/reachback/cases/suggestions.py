"""Which team a new case should go to, and the sentence that says why."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.agreements.queries import Entitled
from reachback.cases.visibility import visible_cases
from reachback.kernel.actors import system
from reachback.people import queries as people

_ACTOR = system("cases.suggestions")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A team and why; no team, no reason."""

    team_id: UUID | None = None
    why: str = ""


def team_for(*, organisation_id: UUID, device_id: UUID | None, entitled: Entitled) -> Suggestion:
    """The service level's remote team, else who solved the last case like it, else the only one."""
    if entitled.remote_team_id is not None:
        why = _("%(level)s sends its cases to this team first.") % {"level": entitled.terms.name}
        return Suggestion(entitled.remote_team_id, why)
    done = visible_cases(_ACTOR).filter(
        organisation_id=organisation_id, is_open=False, team__isnull=False
    )
    if device_id is not None:
        done = done.filter(device_id=device_id)
    last = done.order_by("-updated_at").values_list("team_id", flat=True).first()
    if last is not None:
        return Suggestion(last, _("This team solved the customer's last case."))
    teams = list(people.teams(_ACTOR).values_list("id", flat=True)[:2])
    if len(teams) == 1:
        return Suggestion(teams[0], _("It is the only team."))
    return Suggestion()
