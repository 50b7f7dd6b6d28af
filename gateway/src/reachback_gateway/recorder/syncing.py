"""fsync within a second of a write, in a thread, for every recording that was written to."""

import asyncio
from collections.abc import Iterable

from reachback_gateway.journal import Journal
from reachback_gateway.recorder.recording import Recording

_EVERY = 0.5


def _sync(recordings: list[Recording]) -> list[str]:
    problems = []
    for recording in recordings:
        try:
            recording.sync()
        except OSError as problem:
            problems.append(problem.strerror or "unknown")
    return problems


class Syncer:
    """A background task over the recordings being written."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.recordings: set[Recording] = set()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            await self.sync_now(self.recordings)

    async def sync_now(self, recordings: Iterable[Recording]) -> None:
        due = [recording for recording in recordings if recording.dirty]
        for recording in due:
            recording.dirty = False
        if due:
            for problem in await asyncio.to_thread(_sync, due):
                self._journal.say("recorder.sync_failed", problem=problem)
