"""Have a file scanned that a technician is about to upload, and sign what the scanner said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import deciding, keys, queries, session_log, telling_cases
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession
from reachback.access.scanning import looking
from reachback.access.scanning.errors import FileInfected
from reachback.access.scanning.looking import Looked
from reachback.devices import hostile
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire

HOLDS: Final = timedelta(hours=1)
"""How long a scan lets its content onto the device."""
_NAME_MOST: Final = 200


@dataclass(frozen=True, kw_only=True)
class ScanRequest:
    """The content of one file, in pieces, and what it is called."""

    session_id: UUID
    name: str
    chunks: Iterable[bytes]


def scan_file(*, actor: Actor, now: datetime, request: ScanRequest) -> wire.Envelope:
    """Return the signed `reachback-scan` of a clean content.

    Raises FileInfected (written down in both logs and on the case), what `looking.look` raises,
    UnknownSession, MayNotConnect for anybody but the session's technician, AccessRefused when the
    session is over or its contract asks for no scan.
    """
    session = queries.session(actor, request.session_id)
    if session.technician_id != actor.id:
        raise MayNotConnect
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("ended", _("The session is over."))
    if not deciding.scanner_of(queries.parsed(session.contract)):
        raise AccessRefused("scan-not-asked", _("The contract asks for no scan."))
    looked = looking.look(request.chunks, now=now)
    if looked.found:
        name = hostile.text(request.name, _NAME_MOST) or _("a file without a name")
        refusal = FileInfected(looked.found, name, looked.version.engine)
        _write_down(actor, now, session, looked, name, refusal.sentence)
        raise refusal
    return wire.seal(_document(session, looked, now), keys.grant_key())


def _document(session: AccessSession, looked: Looked, now: datetime) -> wire.Scan:
    version = looked.version
    return wire.Scan(
        organisation=str(session.organisation_id),
        device=session.device.key,
        sha256=f"sha256:{looked.sha256}",
        size=looked.size,
        scanner="clamav",
        engine=hostile.text(version.engine, 60),
        database=version.database[:20],
        database_issued=milliseconds(version.issued) if version.issued else 0,
        verdict="clean",
        found="",
        scanned=milliseconds(now),
        expires=milliseconds(now + HOLDS),
    )


def _write_down(
    actor: Actor,
    now: datetime,
    session: AccessSession,
    looked: Looked,
    name: str,
    sentence: str,
) -> None:
    with transaction.atomic():
        session_log.record(
            session,
            actor=actor,
            now=now,
            action="file.infected",
            data={
                "name": name,
                "sha256": looked.sha256,
                "size": looked.size,
                "found": looked.found,
                "engine": looked.version.engine[:60],
                "database": looked.version.database[:20],
            },
        )
        telling_cases.file_infected(session, sentence, now=now)
