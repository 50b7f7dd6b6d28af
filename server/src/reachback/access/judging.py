"""The verdict on a recording as it lies here, by the independent verifier; judged once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from reachback.access import governing, queries
from reachback.access.models import AccessSession, Verdict
from reachback.access.operations.keep_verdict import keep_verdict
from reachback.access.recordings import export, folder
from reachback.access.verifier.verdict import verify
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor


@dataclass(frozen=True)
class Exported:
    """A session's export, and the trust file of the keysets known here."""

    content: bytes
    trust: str


def exported(actor: Actor, session: AccessSession) -> Exported | None:
    """Build the export; None while a document or the recording is missing."""
    grants = queries.grants(session.id)
    statement = devices.statement(actor, session.device_id)
    keysets = [governing.kept(row) for row in queries.keysets(actor, session.organisation_id)]
    channels = folder.channels(session.id)
    if not grants or statement is None or not keysets or not channels:
        return None
    documents = export.Documents(
        keysets=keysets,
        statement=governing.kept(statement),
        contract=governing.kept(session.contract),
        grants=[governing.kept(row) for row in grants],
    )
    content = b"".join(export.chunks(documents, channels))
    return Exported(content, export.trust_text(keysets))


def verdict(actor: Actor, session: AccessSession, now: datetime) -> Verdict | None:
    """Return the verdict on the recording's present bytes; None if there is nothing to judge."""
    recording = queries.recording(actor, session.id)
    found = exported(actor, session)
    if recording is None or found is None:
        return None
    content = sha256(found.content).hexdigest()
    known = Verdict.objects.filter(recording=recording, content=content).first()
    if known is not None:
        return known
    judged = verify(found.content, found.trust)
    return keep_verdict(now=now, recording_id=recording.id, content=content, found=judged)
