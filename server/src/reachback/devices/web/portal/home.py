"""My devices, on the customer's home: what fails first, in the words of its check."""

from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.devices import queries
from reachback.devices.web import lists
from reachback.devices.web.contexts import DeviceLine, HomeDevices
from reachback.kernel.actors import Actor
from reachback.ui.slots import Panel

_SHOWN = 5
#: How far back a failing check may have begun to fail.
_KNOWN = timedelta(days=30)


def my_devices(actor: Actor, now: datetime) -> Panel | None:
    """Answer `ui.portal_home_panels`: a customer's devices, the failing ones first."""
    if actor.is_provider:
        return None
    found = list(queries.search(actor, "", "")[:_SHOWN])
    changes = queries.changes_since(actor, [each.id for each in found], now - _KNOWN)
    lines = [lists.line(each, changes.get(each.id, []), now) for each in found]
    context = HomeDevices(
        title=_("My devices"),
        lines=lines,
        totals=queries.totals(actor),
        list_url=reverse("devices_portal:list"),
        now=now,
    )
    html = render_to_string("devices/parts/home.html", context.variables())
    failing = context.totals.failing
    return Panel(
        title=context.title,
        html=html,
        order=15,
        icon="device",
        news=_news(lines, failing),
        tone="red" if failing else "",
    )


def _news(lines: list[DeviceLine], failing: int) -> str:
    if not failing:
        return ""
    if failing == 1:
        worst = lines[0]
        return _("%(device)s is failing: %(trouble)s") % {
            "device": worst.device.name,
            "trouble": worst.trouble or _("its check says so."),
        }
    return ngettext("%(count)s device is failing.", "%(count)s devices are failing.", failing) % {
        "count": failing
    }
