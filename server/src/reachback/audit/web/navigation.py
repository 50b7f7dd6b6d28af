"""The log's link in the rail and in the portal's bar."""

from django.utils.translation import gettext as _

from reachback.audit import policy
from reachback.kernel.actors import Actor
from reachback.ui.slots import NavigationItem


def audit_link(actor: Actor) -> NavigationItem | None:
    """Return the link for those who may read a log."""
    if not policy.may_read(actor):
        return None
    label = _("Audit") if actor.is_provider else _("Who did what")
    return NavigationItem(
        label=label,
        href="/audit/",
        icon="audit",
        key="l",
        audience="workspace" if actor.is_provider else "portal",
    )
