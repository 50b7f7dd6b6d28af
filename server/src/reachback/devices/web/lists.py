"""Composing what the pages about devices show, for the provider and for customers alike."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.devices import contacts, history, policy, queries
from reachback.devices.clocks import clock_sentence
from reachback.devices.models import Check, CheckChange, Device
from reachback.devices.slots import device_panels
from reachback.devices.web.contexts import CheckLine, DeviceLine, DevicePage, DevicesPage
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest
from reachback.ui.slots import Panel

_MOST = 200
_DRAWN = timedelta(hours=24)
_DETAILED = timedelta(days=7)
#: How far back a list looks for what a check was before the time it draws.
_KNOWN = timedelta(days=30)


def _tuples(changes: Iterable[CheckChange]) -> list[tuple[str, str, datetime]]:
    return [(str(each.the_check_id), each.state, each.at) for each in changes]


def line(device: Device, changes: list[CheckChange], now: datetime) -> DeviceLine:
    """One device in a list, with its last 24 hours and what is wrong."""
    present = {"": device.health} if not changes else {}
    drawn = history.stretches(_tuples(changes), present, since=now - _DRAWN, until=now)
    failing = [each for each in changes if each.state == "failed"]
    trouble = failing[-1].sentence if failing and device.health == "failed" else ""
    return DeviceLine(
        device=device,
        history=drawn,
        open_alerts=getattr(device, "open_alerts", 0),
        trouble=trouble,
    )


def devices_page(actor: Actor, *, words: str, state: str, now: datetime) -> DevicesPage:
    """Compose the list."""
    found = list(queries.search(actor, words, state)[: _MOST + 1])
    changes = queries.changes_since(actor, [each.id for each in found], now - _KNOWN)
    totals = queries.totals(actor)
    own = actor.organisation_id
    return DevicesPage(
        title=_("Devices") if actor.is_provider else _("My devices"),
        lines=[line(each, changes.get(each.id, []), now) for each in found[:_MOST]],
        totals=totals,
        words=words,
        state=state,
        states=(
            ("", _("All"), totals.devices),
            ("failing", _("Failing"), totals.failing),
            ("linked", _("Linked"), totals.linked),
            ("unpinned", _("Unpinned"), totals.unpinned),
            *((("resting", _("On demand"), totals.resting),) if totals.resting else ()),
        ),
        may_enrol=own is not None and policy.may_enrol(actor, own),
        more=len(found) > _MOST,
        now=now,
    )


def _check_line(check: Check, now: datetime) -> CheckLine:
    changes = list(check.changes.all())
    present = {str(check.id): check.state}
    drawn = history.stretches(_tuples(changes), present, since=now - _DETAILED, until=now)
    return CheckLine(check=check, history=drawn, changes=changes[-8:][::-1])


def _panels(request: ActorRequest, actor: Actor, device_id: UUID) -> list[Panel]:
    found = [answer(device_id, actor, request) for answer in device_panels.answers()]
    return sorted((each for each in found if each is not None), key=lambda panel: panel.order)


def device_page(
    request: ActorRequest, actor: Actor, device_id: UUID, *, list_url: str, now: datetime
) -> DevicePage:
    """Compose one device's page."""
    device = queries.device(actor, device_id)
    checks = [_check_line(each, now) for each in queries.checks(actor, device_id)]
    changes = [change for line in checks for change in line.check.changes.all()]
    changes.sort(key=lambda change: change.at)
    present = {str(line.check.id): line.check.state for line in checks}
    return DevicePage(
        title=device.name,
        device=device,
        history=history.stretches(_tuples(changes), present, since=now - _DETAILED, until=now),
        checks=checks,
        alerts=queries.alerts(actor, device_id),
        head=queries.head(actor, device_id),
        clock=clock_sentence(device),
        contact=contacts.in_words(device),
        panels=_panels(request, actor, device_id),
        list_url=list_url,
        now=now,
    )
