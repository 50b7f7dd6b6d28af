"""Whom a script may be run as on a device: what its clauses name, each judged by `decide`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from reachback.access import deciding
from reachback.access.deciding import ADMINISTRATOR, EXEC, Matter, Wish
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire
from reachback_wire.decisions import Decision
from reachback_wire.documents.capability import ADMINISTRATORS

_ABOVE = "shell.admin"
_NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class UserChoice:
    """Somebody a script may be run as, and what the decision says of it."""

    run_as: str
    decision: Decision

    @property
    def administrator(self) -> bool:
        """Whether it would run with every right on the device."""
        return self.run_as in ADMINISTRATORS

    @property
    def label(self) -> str:
        """The choice in a list: the user, and the clause that says so."""
        name = self.run_as
        if self.administrator:
            name = _("Administrator (%(user)s)") % {"user": name}
        if not self.decision.allowed:
            return name
        words = {"name": name, "number": self.decision.clause}
        return _("%(name)s, clause %(number)s") % words


def candidates(contract: wire.Contract | None, digest: str) -> Sequence[str]:
    """Return whom it makes sense to ask for, the usual one first; never nobody at all.

    The users of the clauses that name the text; where such a clause names none, those of the
    shell clauses; the administrator where `shell.admin` is allowed.
    """
    clauses = contract.clauses if contract else ()
    capabilities = [item for clause in clauses for item in clause.capabilities]
    naming = [item for item in capabilities if item.name == EXEC and item.allows(digest)]
    found = [user for item in naming for user in item.run_as]
    if not naming or any(not item.run_as for item in naming):
        everybody = deciding.shell_users(contract)
        found += [user for user in everybody if user not in ADMINISTRATORS]
    if deciding.names(contract, _ABOVE):
        found.append(ADMINISTRATOR)
    return tuple(dict.fromkeys(found)) or (_NOBODY,)


def settle(actor: Actor, matter: Matter, wish: Wish, now: datetime) -> tuple[Wish, Decision]:
    """Judge a wish; a script as administrator that only `shell.admin` allows asks for that, too."""
    decision = deciding.decide(actor, matter, wish, now)
    if decision.allowed or wish.capability != EXEC or wish.run_as not in ADMINISTRATORS:
        return wish, decision
    wider = replace(wish, also=(*wish.also, _ABOVE))
    above = deciding.decide(actor, matter, wider, now)
    return (wider, above) if above.allowed else (wish, decision)


def choices(
    actor: Actor, matter: Matter, digests: Sequence[str], now: datetime, *, mfa: str = ""
) -> Sequence[UserChoice]:
    """Judge each user for all of these texts, those allowed first; always at least one choice.

    What is refused for one text is refused for all: a recipe's steps run as one user.
    """
    key = deciding.probe_key()
    named = [user for digest in digests for user in candidates(matter.contract, digest)]
    found = []
    for user in dict.fromkeys(named):
        wish = Wish(capability=EXEC, run_as=user, session_key=key, mfa=mfa)
        asked = [replace(wish, script=digest) for digest in digests]
        judged = [settle(actor, matter, each, now)[1] for each in asked]
        refused = [each for each in judged if not each.allowed]
        found.append(UserChoice(run_as=user, decision=(refused or judged)[0]))
    return sorted(found, key=lambda choice: not choice.decision.allowed)


def offered(found: Sequence[UserChoice]) -> Sequence[tuple[str, str]]:
    """Return what a form offers: those allowed, or everybody when nobody is."""
    allowed = [each for each in found if each.decision.allowed]
    return [(each.run_as, each.label) for each in allowed or found]
