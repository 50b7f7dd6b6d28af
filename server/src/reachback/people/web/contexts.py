"""What each page of people knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page

from reachback.people.models import AgentSkill, Contact, Organisation, Site, Skill, Team, User
from reachback.people.web.forms import (
    ConfirmForm,
    HeldSkillForm,
    MemberForm,
    NewPersonForm,
    PersonForm,
    RowsForm,
    SettingsForm,
    TeamsForm,
)
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class SettingsPage(PageContext):
    """One's own settings."""

    form: SettingsForm
    email: str


@dataclass(frozen=True, kw_only=True)
class OrganisationLine:
    """One organisation with how many sites and people it has."""

    organisation: Organisation
    sites: int
    people: int


@dataclass(frozen=True, kw_only=True)
class OrganisationsPage(PageContext):
    """The organisations the agent may see, a page at a time, narrowed by words and state."""

    lines: Sequence[OrganisationLine]
    page: Page[Organisation]
    words: str
    state: str
    off_count: int
    may_add: bool


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
    """One organisation: sites, contacts, people, and what other rooms know of it."""

    organisation: Organisation
    sites: Sequence[SiteLine]
    contacts: Sequence[ContactLine]
    people: Sequence["MemberLine"]
    people_count: int
    panels: Sequence[Panel]
    may_see_people: bool
    may_manage_people: bool
    may_change: bool
    may_manage_sites: bool
    may_switch: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the way here."""

    label: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Switch:
    """The box under a form that switches the thing off, or on again."""

    active: bool
    off_href: str
    on_href: str
    words: str


@dataclass(frozen=True, kw_only=True)
class FormPage(PageContext):
    """One thing to write down or to change."""

    crumbs: Sequence[Crumb]
    lead: str
    form: RowsForm
    submit: str
    back_href: str
    switch: Switch | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmPage(PageContext):
    """What happens when a customer is switched off, and the name to type."""

    organisation: Organisation
    people: int
    form: ConfirmForm


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    """One person as the list shows them."""

    id: UUID
    person: User
    roles: tuple[str, ...]
    is_you: bool
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MembersPage(PageContext):
    """The people of one organisation; the form only for those who may add."""

    organisation: Organisation
    members: Sequence[MemberLine]
    form: NewPersonForm
    may_manage: bool
    may_open: bool


@dataclass(frozen=True, kw_only=True)
class MemberPage(PageContext):
    """One person: what they are called, may do, reach and can, and whether they may sign in."""

    person: User
    organisation: Organisation
    back_href: str
    form: PersonForm | None
    is_you: bool
    now: datetime
    teams_form: TeamsForm | None = None
    held: Sequence[AgentSkill] = ()
    skill_form: HeldSkillForm | None = None
    skill_names: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """A team with who is in it."""

    team: Team
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TeamsPage(PageContext):
    """The provider's teams."""

    lines: Sequence[TeamLine]
    may_change: bool


@dataclass(frozen=True, kw_only=True)
class TeamPage(PageContext):
    """One team: what it is for and who is in it."""

    team: Team
    members: Sequence[User]
    form: RowsForm
    member_form: MemberForm | None
    may_change: bool
    switch: Switch


@dataclass(frozen=True, kw_only=True)
class SkillLine:
    """A skill with who has it, the best first."""

    skill: Skill
    held: Sequence[AgentSkill]


@dataclass(frozen=True, kw_only=True)
class SkillsPage(PageContext):
    """Who can do what."""

    lines: Sequence[SkillLine]
    form: RowsForm
    may_change: bool


@dataclass(frozen=True, kw_only=True)
class PortalPeoplePage(PageContext):
    """A customer's own people, sites and contacts."""

    organisation: Organisation
    members: Sequence[MemberLine]
    contacts: Sequence[ContactLine]
    sites: Sequence[SiteLine] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class PortalNewPersonPage(PageContext):
    """Somebody new."""

    form: NewPersonForm
