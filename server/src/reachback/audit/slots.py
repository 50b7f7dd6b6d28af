"""Slots of the audit log, answered above."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from reachback.kernel.slots import Slot

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class HeadWitness(Protocol):
    """Carries a freshly signed head to somebody who remembers it: a device, a customer."""

    def __call__(
        self, *, organisation_id: UUID, size: int, statement: str, signature: str, now: datetime
    ) -> None: ...


class OrganisationNames(Protocol):
    """Says what organisations are called, for the reader of a log."""

    def __call__(self, organisation_ids: Collection[UUID]) -> Mapping[UUID, str]: ...


#: Words for actions (`case.opened` → "opened the case"), each room's its own.
action_words: Slot[Mapping[str, StrOrPromise]] = Slot("audit.action_words")
organisation_names: Slot[OrganisationNames] = Slot("audit.organisation_names")
head_witnesses: Slot[HeadWitness] = Slot("audit.head_witnesses")
