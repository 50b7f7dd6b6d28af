"""Who acts: a person, a device, or the system itself. Built in `people`, judged in every policy."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["person", "device", "system"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Everything a policy may ask about the one who acts.

    `customer_ids` is None when every customer of the provider may be seen; otherwise it names the
    only organisations that may. `site_ids` is None when every site of those may be seen.
    """

    kind: ActorKind
    id: UUID | None
    name: str
    organisation_id: UUID | None = None
    is_provider: bool = False
    roles: frozenset[str] = frozenset()
    team_ids: frozenset[UUID] = frozenset()
    customer_ids: frozenset[UUID] | None = frozenset()
    zone: str = "UTC"
    language: str = "en"
    site_ids: frozenset[UUID] | None = None

    @property
    def sees_everything(self) -> bool:
        """Whether no organisation is hidden from this actor."""
        return self.is_provider and self.customer_ids is None

    def visible_organisations(self) -> frozenset[UUID]:
        """Return the organisations named for this actor; meaningless if `sees_everything`."""
        own = frozenset() if self.organisation_id is None else frozenset({self.organisation_id})
        return own | (self.customer_ids or frozenset())

    def may_see_organisation(self, organisation_id: UUID) -> bool:
        """Whether this actor may see anything of the organisation."""
        return self.sees_everything or organisation_id in self.visible_organisations()

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


def system(name: str) -> Actor:
    """Return the actor for work nobody asked for by hand; `name` says which (`cases.rules`)."""
    return Actor(kind="system", id=None, name=name, is_provider=True, customer_ids=None)
