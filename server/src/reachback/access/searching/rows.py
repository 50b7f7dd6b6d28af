"""The sealed row of a session's commands: made from its recording, opened to be searched."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.access.errors import RecordsKeyMissing
from reachback.access.models import AccessSession, CommandRow
from reachback.access.recordings.story import Story
from reachback.access.sealing import vault
from reachback.kernel import actors
from reachback_wire.sealing import RowOpener

_SYSTEM = actors.system("access.searching")
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Entered:
    """One line that was entered: in which shell, how long after its beginning (ms)."""

    shell: str
    at_ms: int
    text: str


def sealed(session: AccessSession, stories: Sequence[Story]) -> bytes | None:
    """The row's content; None when nothing was entered, or the key is missing.

    Reads a key's file: call it before the writer lock is held.
    """
    lines = [
        [each.key.rpartition(".")[2], max(command.at - each.started, 0), command.text]
        for each in stories
        for command in each.commands
    ][:_MOST]
    if not lines:
        return None
    try:
        key = vault.data_key(session.organisation_id)
    except RecordsKeyMissing:
        return None  # the session's end is kept all the same
    return key.seal_row(_name(session.id), json.dumps(lines, ensure_ascii=False).encode())


def keep(session: AccessSession, content: bytes | None, *, now: datetime) -> None:
    """Write the row in the caller's transaction, in place of an earlier one."""
    if content is not None:
        CommandRow.objects.visible_to(_SYSTEM).update_or_create(
            session=session,
            defaults={
                "organisation_id": session.organisation_id,
                "sealed": content,
                "written_at": now,
            },
        )


def opened(row: RowOpener, session_id: UUID, content: bytes) -> list[Entered]:
    """What a row holds; raises SealError when it was altered."""
    lines = json.loads(row.open(_name(session_id), content))
    return [Entered(str(shell), int(at), str(text)) for shell, at, text in lines]


def _name(session_id: UUID) -> str:
    return f"commands {session_id}"
