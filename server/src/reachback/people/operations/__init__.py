"""One write operation per module: keyword-only, `actor` and `now` given, one audit row."""

from reachback.people.operations.add_member import add_member, remove_member
from reachback.people.operations.change_settings import change_settings
from reachback.people.operations.create_contact import create_contact
from reachback.people.operations.create_organisation import create_organisation
from reachback.people.operations.create_site import create_site
from reachback.people.operations.create_team import create_team
from reachback.people.operations.create_user import create_user
from reachback.people.operations.limit_reach import limit_customers, limit_sites
from reachback.people.operations.set_active import set_active
from reachback.people.operations.set_roles import set_roles
from reachback.people.operations.set_skill import set_skill

__all__ = [
    "add_member",
    "change_settings",
    "create_contact",
    "create_organisation",
    "create_site",
    "create_team",
    "create_user",
    "limit_customers",
    "limit_sites",
    "remove_member",
    "set_active",
    "set_roles",
    "set_skill",
]
