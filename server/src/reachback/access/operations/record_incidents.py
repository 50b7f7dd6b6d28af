"""Record what the front refused or endured: broken protocols, strangers, our own outages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from reachback.access.models import AcceptedIncident, AccessSession
from reachback.audit.operations import record
from reachback.devices import hostile, reports
from reachback.devices import queries as devices
from reachback.devices.errors import UnknownDevice
from reachback.kernel import actors
from reachback.people import queries as people

_SYSTEM = actors.system("front")
_MOST = 100
_ACTIONS = {
    "peer-at-fault": "link.protocol_broken",
    "link-refused": "link.refused",
    "web-down": "web.was_down",
}
#: Refusals that `redeem` has recorded itself, with the session they concern.
_RECORDED = frozenset(
    {"ticket-spent", "ticket-expired", "ticket-key", "session-over", "contract-missing"}
)


@dataclass(frozen=True)
class _Subject:
    """Whose log it is for and what it is about."""

    kind: str
    id: str
    label: str
    organisations: tuple[UUID, ...] = ()


def record_incidents(*, now: datetime, incidents: Sequence[Any]) -> int:
    """Record every incident not recorded before; return how many were new.

    Each stands in the log of the customer whose device or session it concerns, and in the
    provider's; a stranger's only in the provider's. All text is limited: it may be hostile.
    """
    with transaction.atomic():
        return sum(_accept(each, now) for each in incidents[:_MOST] if isinstance(each, dict))


def _accept(incident: dict[str, Any], now: datetime) -> bool:
    name = hostile.text(incident.get("id"), 80)
    action = _ACTIONS.get(str(incident.get("kind")))
    if not name or action is None:
        return False
    _row, made = AcceptedIncident.objects.get_or_create(
        incident=name, defaults={"accepted_at": now}
    )
    code = hostile.text(incident.get("code"), 40)
    if not made or code in _RECORDED:
        return made
    subject = _subject(incident)
    provider = people.provider()
    logs = (*subject.organisations, *((provider.id,) if provider else ()))
    record(
        actor=_SYSTEM,
        now=now,
        action=action,
        organisation_id=logs[0] if logs else None,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_label=subject.label,
        data=_data(incident, code, now),
        also_organisation_ids=logs[1:],
    )
    return True


def _data(incident: dict[str, Any], code: str, now: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": code,
        "sentence": hostile.text(incident.get("sentence"), 300),
        "count": hostile.whole_number(incident.get("count"), 1, 10**9, 1),
    }
    for name in ("leg", "remote"):
        if said := hostile.text(incident.get(name), 60):
            data["from" if name == "remote" else name] = said
    for name in ("since", "until"):
        if incident.get(name):
            data[name] = reports.instant(incident[name], now).astimezone(UTC)
    return data


def _subject(incident: dict[str, Any]) -> _Subject:
    running = incident.get("sessions")
    if isinstance(running, list):
        told = [_session(each) for each in running[:50]]
        owners = dict.fromkeys(each.organisation_id for each in told if each is not None)
        return _Subject("installation", "web", "web", tuple(owners))
    session = _session(incident.get("session"))
    if session is not None:
        owner = (session.organisation_id,)
        return _Subject("session", str(session.id), session.device.name, owner)
    try:
        device = devices.device(_SYSTEM, UUID(str(incident.get("device"))))
    except (ValueError, UnknownDevice):
        return _Subject("link", hostile.text(incident.get("remote"), 60) or "unknown", "")
    return _Subject("device", str(device.id), device.name, (device.organisation_id,))


def _session(value: object) -> AccessSession | None:
    try:
        name = UUID(str(value))
    except ValueError:
        return None
    rows = AccessSession.objects.visible_to(_SYSTEM).select_related("device")
    found: AccessSession | None = rows.filter(id=name).first()
    return found
