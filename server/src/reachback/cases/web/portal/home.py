"""My cases, on the customer's home, and the portal's links."""

from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.cases import queries, views
from reachback.cases.web.contexts import PortalPanelContext
from reachback.kernel.actors import Actor
from reachback.ui.slots import Panel


def my_cases(actor: Actor, now: datetime) -> Panel | None:
    """The open cases of a customer's person, at most five."""
    if actor.is_provider:
        return None
    page = queries.case_list(actor, view=views.BY_SLUG["open"], now=now, limit=5)
    context = PortalPanelContext(title=_("My cases"), rows=page.rows, now=now)
    html = render_to_string("cases/portal/panel.html", context.variables())
    return Panel(title=_("My cases"), html=html, order=5, icon="case")


def cases_href() -> str:
    """Where a customer's cases are."""
    return reverse("cases_portal:cases")
