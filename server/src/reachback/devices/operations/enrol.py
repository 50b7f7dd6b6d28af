"""Enrol a device: a token is spent and a device row made in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.audit.operations import record
from reachback.devices import hostile
from reachback.devices.errors import EnrolmentRefused, KeyAlreadyKnown
from reachback.devices.models import Device, EnrolmentToken
from reachback.devices.operations.make_token import token_hash
from reachback.kernel import actors, tenancy
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey


@dataclass(frozen=True, kw_only=True)
class EnrolmentRequest:
    """What a connector sends to enrol; every text is hostile until limited."""

    token: str
    key: str
    name: str = ""
    hostname: str = ""
    system: str = ""
    connector: str = ""
    instance: str = ""
    machine: str = ""
    boot: str = ""


@dataclass(frozen=True)
class Enrolled:
    """The device as it now stands."""

    device_id: UUID
    name: str
    organisation_id: UUID
    organisation_name: str


def enrol(*, now: datetime, request: EnrolmentRequest, remote: str) -> Enrolled:
    """Spend the token and make the device; raise EnrolmentRefused with a typed code.

    A refusal is an audit row of its own: the transaction that failed cannot carry it.
    """
    with tenancy.every_organisation(reason="a token names its organisation itself"):
        try:
            public = _public_key(request)
            with transaction.atomic():
                return _spend(now, request, public, remote)
        except EnrolmentRefused as refused:
            _record_refusal(now, request, refused, remote)
            raise


def _public_key(request: EnrolmentRequest) -> PublicKey:
    try:
        return PublicKey.parse(request.key)
    except Refusal as error:
        raise EnrolmentRefused("malformed", error.sentence) from error


def _spend(now: datetime, request: EnrolmentRequest, public: PublicKey, remote: str) -> Enrolled:
    token = (
        EnrolmentToken.objects.select_for_update()
        .filter(token_hash=token_hash(request.token))
        .first()
    )
    if token is None:
        raise EnrolmentRefused("token-unknown", _("This enrolment token is not known here."))
    if token.spent_at is not None:
        sentence = _("This enrolment token was already used. Ask for a new one.")
        raise EnrolmentRefused("token-spent", sentence)
    if token.expires_at <= now:
        sentence = _("This enrolment token has expired. Ask for a new one.")
        raise EnrolmentRefused("token-expired", sentence)
    device = _make(now, request, public, token)
    token.device = device
    token.spent_at = now
    token.save(update_fields=["device", "spent_at"])
    record(
        actor=actors.Actor(kind="device", id=device.id, name=device.name),
        now=now,
        action="device.enrolled",
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={
            "fingerprint": device.fingerprint,
            "from": hostile.text(remote, 60),
            **_cleaned(request),
        },
    )
    name = token.organisation.name
    return Enrolled(device.id, device.name, device.organisation_id, name)


def _cleaned(request: EnrolmentRequest) -> dict[str, str]:
    """Say so when what the device called itself held what a terminal or a page would obey."""
    told = {"name": request.name, "host name": request.hostname, "system": request.system}
    changed = [name for name, said in told.items() if hostile.text(said, 200) != said[:200].strip()]
    if not changed:
        return {}
    return {
        "sentence": _("Control characters were taken out of what the device called itself."),
        "cleaned": ", ".join(changed),
    }


def _make(
    now: datetime, request: EnrolmentRequest, public: PublicKey, token: EnrolmentToken
) -> Device:
    hostname = hostile.text(request.hostname, 120)
    name = hostile.text(request.name, 80) or token.name or hostname[:80] or "device"
    device = Device(
        organisation_id=token.organisation_id,
        site_id=token.site_id,
        name=name,
        key=public.line,
        fingerprint=public.fingerprint,
        hostname=hostname,
        system=hostile.text(request.system, 200),
        connector=hostile.text(request.connector, 60),
        instance=hostile.text(request.instance, 80),
        machine=hostile.text(request.machine, 80),
        boot=hostile.text(request.boot, 80),
        enrolled_at=now,
    )
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError as error:
        raise KeyAlreadyKnown from error
    return device


def _record_refusal(
    now: datetime, request: EnrolmentRequest, refused: EnrolmentRefused, remote: str
) -> None:
    known = EnrolmentToken.objects.filter(token_hash=token_hash(request.token)).first()
    with transaction.atomic():
        record(
            actor=actors.Actor(kind="device", id=None, name=hostile.text(request.hostname, 80)),
            now=now,
            action="device.enrolment_refused",
            organisation_id=known.organisation_id if known else None,
            subject_kind="enrolment",
            subject_id=known.id if known else "unknown",
            subject_label=known.name if known else "",
            data={
                "code": refused.code,
                "sentence": refused.sentence,
                "from": hostile.text(remote, 60),
            },
        )
