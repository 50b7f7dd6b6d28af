"""What each page of people knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.people.models import Contact, Organisation, Site, User
from reachback.people.web.forms import NewPersonForm, RolesForm, SettingsForm
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class SettingsPage(PageContext):
    """One's own settings."""

    form: SettingsForm
    email: str


@dataclass(frozen=True, kw_only=True)
class OrganisationsPage(PageContext):
    """Every organisation the agent may see."""

    organisations: Sequence[Organisation]


@dataclass(frozen=True, kw_only=True)
class SiteLine:
    """A site with the time it is there now."""

    site: Site
    there: datetime


@dataclass(frozen=True, kw_only=True)
class ContactLine:
    """A contact with their addresses as words."""

    contact: Contact
    addresses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrganisationPage(PageContext):
    """One organisation: sites, contacts, and what other rooms know of it."""

    organisation: Organisation
    sites: Sequence[SiteLine]
    contacts: Sequence[ContactLine]
    panels: Sequence[Panel]
    may_see_people: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    """One person as the list shows them."""

    id: UUID
    person: User
    roles: tuple[str, ...]
    is_you: bool


@dataclass(frozen=True, kw_only=True)
class MembersPage(PageContext):
    """The people of one organisation; the form only for those who may add."""

    organisation: Organisation
    members: Sequence[MemberLine]
    form: NewPersonForm
    may_manage: bool


@dataclass(frozen=True, kw_only=True)
class MemberPage(PageContext):
    """One person's roles and whether they may sign in."""

    person: User
    organisation: Organisation
    form: RolesForm
    is_you: bool
