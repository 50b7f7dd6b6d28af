"""One write operation per module: keyword-only, `actor` and `now` given, one audit row."""

from reachback.people.operations.add_member import add_member, remove_member
from reachback.people.operations.change_contact import change_contact
from reachback.people.operations.change_organisation import change_organisation
from reachback.people.operations.change_person import change_person
from reachback.people.operations.change_settings import change_settings
from reachback.people.operations.change_site import change_site
from reachback.people.operations.change_team import change_team
from reachback.people.operations.create_contact import create_contact
from reachback.people.operations.create_organisation import create_organisation
from reachback.people.operations.create_site import create_site
from reachback.people.operations.create_skill import create_skill, rename_skill
from reachback.people.operations.create_team import create_team
from reachback.people.operations.create_user import create_user
from reachback.people.operations.drop_skill import drop_skill
from reachback.people.operations.limit_reach import limit_customers, limit_sites
from reachback.people.operations.set_active import set_active
from reachback.people.operations.set_roles import set_roles
from reachback.people.operations.set_skill import LEVELS, set_skill
from reachback.people.operations.set_teams import set_teams
from reachback.people.operations.switch import (
    switch_contact,
    switch_organisation,
    switch_site,
    switch_skill,
    switch_team,
)

__all__ = [
    "LEVELS",
    "add_member",
    "change_contact",
    "change_organisation",
    "change_person",
    "change_settings",
    "change_site",
    "change_team",
    "create_contact",
    "create_organisation",
    "create_site",
    "create_skill",
    "create_team",
    "create_user",
    "drop_skill",
    "limit_customers",
    "limit_sites",
    "remove_member",
    "rename_skill",
    "set_active",
    "set_roles",
    "set_skill",
    "set_teams",
    "switch_contact",
    "switch_organisation",
    "switch_site",
    "switch_skill",
    "switch_team",
]
