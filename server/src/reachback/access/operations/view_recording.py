"""Note that somebody looked at a recording: looking is itself audited."""

from datetime import datetime

from django.db import transaction

from reachback.access import session_log
from reachback.access.models import AccessSession
from reachback.kernel.actors import Actor


def view_recording(*, actor: Actor, now: datetime, session: AccessSession, how: str) -> None:
    """Record that the actor replayed or exported (`how`) the session's recording."""
    with transaction.atomic():
        session_log.record(session, actor=actor, now=now, action=f"recording.{how}")
