"""Who may be handed a running shell, what was offered, and what the device made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import deciding, policy
from reachback.access.errors import AccessRefused
from reachback.access.models import AccessSession, Handover
from reachback.devices.errors import UnknownDevice
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback.people import queries as people


@dataclass(frozen=True)
class Colleague:
    """Somebody a shell may be handed to."""

    id: UUID
    name: str


_SYSTEM = actors.system("access.handing")
_MOST = 60
OPEN = (Handover.State.OFFERED, Handover.State.ACCEPTED)


def is_shell(session: AccessSession) -> bool:
    """Whether a shell is what runs in it."""
    return bool(session.capabilities) and str(session.capabilities[0]).startswith("shell.")


def wish_of(session: AccessSession, key: str, mfa: str) -> deciding.Wish:
    """What somebody asks for who goes on in this session: the same, as the same user."""
    return deciding.Wish(
        capability=str(session.capabilities[0]), run_as=session.run_as, session_key=key, mfa=mfa
    )


def colleagues(actor: Actor, session: AccessSession, now: datetime) -> Sequence[Colleague]:
    """Whom the contract would let go on in this shell now, by name.

    How they will have signed in is known only when they do: the strictest clause hides nobody here.
    """
    found = people.agents(actor).order_by("name")[:_MOST]
    return [
        Colleague(person.id, person.name)
        for person in found
        if person.id != actor.id and _may_have(person, session, now)
    ]


def _may_have(person: AbstractBaseUser, session: AccessSession, now: datetime) -> bool:
    other = people.actor_for(person)
    if other is None or not policy.may_connect(other, session.organisation_id):
        return False
    try:
        matter = deciding.matter(other, session.device_id, session.case_id, now)
    except (AccessRefused, UnknownDevice):
        return False
    wish = wish_of(session, deciding.probe_key(), "passkey")
    return deciding.decide(other, matter, wish, now).allowed


def check_colleague(
    actor: Actor, session: AccessSession, person_id: UUID, now: datetime
) -> Colleague:
    """The colleague, if they may go on here. AccessRefused, NoSuchPerson."""
    person = people.person(actor, person_id)
    if person.id == actor.id or not _may_have(person, session, now):
        words = _("%(name)s may not open this shell: the contract or their rights say no.")
        raise AccessRefused("not-allowed", words % {"name": person.name})
    return Colleague(person.id, person.name)


def handovers(session_id: UUID) -> "QuerySet[Handover]":
    """Every offer of a session that may be seen, oldest first."""
    found: QuerySet[Handover] = Handover.objects.visible_to(_SYSTEM).filter(session_id=session_id)
    return found.select_related("giver", "receiver")


def standing(session_id: UUID, now: datetime) -> Handover | None:
    """The offer that is open now, if there is one."""
    return handovers(session_id).filter(state__in=OPEN, expires_at__gt=now).first()


def opened_by(session: AccessSession) -> str:
    """Who opened the session, whoever has it now."""
    first = handovers(session.id).filter(state=Handover.State.TAKEN).first()
    return first.giver.name if first else session.technician.name
