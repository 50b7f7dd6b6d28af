"""The nouns of people, one file each."""

from reachback.people.models.contact import Contact, ContactAddress
from reachback.people.models.organisation import Organisation
from reachback.people.models.role import (
    CUSTOMER_ROLES,
    PROVIDER_ROLES,
    CustomerReach,
    Role,
    RoleAssignment,
    SiteReach,
)
from reachback.people.models.site import Site
from reachback.people.models.skill import AgentSkill, Skill
from reachback.people.models.team import Team, TeamMembership
from reachback.people.models.user import User

__all__ = [
    "CUSTOMER_ROLES",
    "PROVIDER_ROLES",
    "AgentSkill",
    "Contact",
    "ContactAddress",
    "CustomerReach",
    "Organisation",
    "Role",
    "RoleAssignment",
    "Site",
    "SiteReach",
    "Skill",
    "Team",
    "TeamMembership",
    "User",
]
