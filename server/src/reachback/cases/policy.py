"""Who may do what to a case. Pure: an actor, a case's few facts, yes or no.

Seeing comes first (`queries.visible_to`); these rules are asked about a case already seen.
Agents of the provider work cases, its auditors only read. People of a customer read what is
visible to them, write messages, and may resolve, close or reopen nothing but their own side's:
they accept or reopen a resolution.
"""

from typing import Protocol
from uuid import UUID

from reachback.kernel.actors import Actor

WORKING_ROLES = ("operations-manager", "technician", "administrator")


class CaseFacts(Protocol):
    """What the rules look at; the Case model and the page's view of it both fit."""

    organisation_id: UUID
    site_id: UUID | None
    requester_id: UUID | None
    status: str


def may_see(actor: Actor, case: CaseFacts) -> bool:
    """Whether the actor may know of the case at all."""
    if not actor.may_see_organisation(case.organisation_id):
        return False
    if actor.site_ids is None or (actor.id is not None and case.requester_id == actor.id):
        return True
    return case.site_id in actor.site_ids


def may_work(actor: Actor, case: CaseFacts) -> bool:
    """Whether the actor may assign, dispatch, resolve, write notes: everything an agent does."""
    if actor.kind == "system":
        return True
    return actor.is_provider and actor.has_role(*WORKING_ROLES) and may_see(actor, case)


def may_write(actor: Actor, case: CaseFacts, kind: str) -> bool:
    """Whether the actor may add an entry of this kind."""
    if actor.kind == "device":
        return kind == "alert" and may_see(actor, case)
    if may_work(actor, case):
        return True
    return not actor.is_provider and kind == "message" and may_see(actor, case)


def may_reopen(actor: Actor, case: CaseFacts) -> bool:
    """Whether the actor may open a resolved case again: both sides may."""
    return may_work(actor, case) or (not actor.is_provider and may_see(actor, case))


def may_close(actor: Actor, case: CaseFacts) -> bool:
    """Whether the actor may accept a resolution and close the case: both sides may."""
    return may_reopen(actor, case)


def may_open(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may open a case for the organisation."""
    if actor.kind == "system":
        return True
    if actor.is_provider and not actor.has_role(*WORKING_ROLES):
        return False
    return actor.may_see_organisation(organisation_id)
