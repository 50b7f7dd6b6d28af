"""What the session's page knows about restarting its device."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.access import deciding, planning
from reachback.access.errors import AccessRefused
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession
from reachback.devices import queries as devices
from reachback.devices.errors import UnknownDevice
from reachback.kernel.actors import Actor
from reachback_wire.decisions import Decision

CAPABILITY = "reboot"


def restart_of(actor: Actor, found: AccessSession, now: datetime, *, mine: bool) -> dict[str, Any]:
    """Return how long a restart takes here, and for the technician whether it may be asked for."""
    expected = devices.expected_restart(found.device)
    usual = expected.usual.total_seconds() if expected.usual else None
    told: dict[str, Any] = {"usual": usual, "limit": expected.limit.total_seconds()}
    decision = _decision(actor, found, now) if mine else None
    if decision is None:
        return told
    return {
        **told,
        **_planned(actor, found, now, decision),
        "url": reverse("access:connect", args=[found.device_id]),
        "case": str(found.case_id or ""),
        "allowed": decision.allowed,
        "sentence": decision.sentence,
    }


def _decision(actor: Actor, found: AccessSession, now: datetime) -> Decision | None:
    """Judge a restart at this moment; None where no clause ever gives one."""
    try:
        matter = deciding.matter(actor, found.device_id, found.case_id, now)
    except (AccessRefused, UnknownDevice):
        return None
    if not deciding.names(matter.contract, CAPABILITY):
        return None
    wish = deciding.Wish(capability=CAPABILITY, run_as="", session_key=deciding.probe_key())
    return deciding.decide(actor, matter, wish, now)


def _planned(
    actor: Actor, found: AccessSession, now: datetime, decision: Decision
) -> dict[str, Any]:
    """When the window opens, where a restart is refused only because it is closed now."""
    if decision.allowed or decision.code != "outside-window":
        return {}
    matter = deciding.matter(actor, found.device_id, found.case_id, now)
    wish = deciding.Wish(capability=CAPABILITY, run_as="", session_key=deciding.probe_key())
    opening = planning.next_opening(actor, matter, wish, now)
    if opening is None:
        return {}
    moment = opening.at.astimezone(ZoneInfo(opening.zone))
    values = {"at": f"{moment:%a %H:%M}", "zone": opening.zone}
    if not opening.near:
        earliest = (opening.at - planning.LONGEST).astimezone(ZoneInfo(opening.zone))
        words = _(
            "The window opens %(at)s (%(zone)s). A device keeps a planned restart for at most "
            "%(hours)s hours: plan it after %(from)s there."
        )
        hours = planning.LONGEST // timedelta(hours=1)
        return {"later": words % {**values, "from": f"{earliest:%a %H:%M}", "hours": hours}}
    words = _("The window opens %(at)s (%(zone)s). The device can wait for it and restart then.")
    return {
        "at": milliseconds(opening.at),
        "plan": words % values,
        "there": f"{moment:%H:%M}",
        "planned": _("Planned: the device restarts %(at)s (%(zone)s).") % values,
    }


def texts() -> dict[str, str]:
    """Return the page's words for a restart; %s stands for seconds."""
    return {
        "restart_asked": _("Asking the device to restart…"),
        "restart_down": _("Restarting… sessions are ended properly"),
        "restart_away": _("Restarting… the device is down (firmware, boot)"),
        "restart_usual": _("usually back after %s s"),
        "restart_since": _("%s s so far"),
        "restart_up": _("The device is up again; a new shell is being opened…"),
        "restart_back": _("The device was restarted; back in %s s, in a new shell."),
        "restart_missing": _("The device has not come back in %s s. An alert is raised."),
        "restart_shell": _("The device is being restarted; this shell ended with it."),
        "restart_lost": _("Link lost, waiting… %s s"),
    }
