"""What happened in sessions, kept on disk until the web process has accepted it."""

import asyncio
import contextlib
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import WebRefusedError, WebUnavailableError
from reachback_gateway.journal import Journal
from reachback_gateway.ports import Json, Reports

_BATCH = 100
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
# Kept free so that the event "the disk is full" finds room on a full disk.
_RESERVE = 65_536


class SessionEvents:
    """One queue file per session; delivered in order, each event with an id of its own."""

    def __init__(self, folder: Path, reports: Reports, journal: Journal) -> None:
        self._folder = folder
        self._reserve = folder / "reserve"
        self._reports = reports
        self._journal = journal
        self._waiting: dict[str, list[Json]] = {}
        self._filled = asyncio.Event()
        # Told a session's id when the web process holds all of its events.
        self.on_accepted: Callable[[str], None] = lambda _: None

    def load(self) -> None:
        """Read what an earlier front left; called once before serving."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.glob("*.events"):
            lines = path.read_bytes().splitlines()
            events = []
            for line in lines:
                with contextlib.suppress(ValueError):
                    events.append(json.loads(line))
            self._waiting[path.stem] = events
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(bytes(_RESERVE))
        self._filled.set()

    def add(self, session: str, kind: str, channel: str = "", **fields: object) -> None:
        """Keep one event; a full disk keeps it in memory and says so in the log."""
        event: Json = {"id": uuid.uuid4().hex, "kind": kind, "channel": channel, "at": wall_ms()}
        event |= fields
        self._waiting.setdefault(session, []).append(event)
        self._keep(session, json.dumps(event).encode() + b"\n")
        self._journal.say("session.event", session=session, kind=kind, channel=channel)
        self._filled.set()

    def pending(self, session: str) -> bool:
        return bool(self._waiting.get(session))

    def _keep(self, session: str, line: bytes) -> None:
        path = self._folder / f"{session}.events"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        for _ in range(2):
            try:
                with os.fdopen(os.open(path, flags, 0o600), "ab") as file:
                    file.write(line)
            except OSError:
                with contextlib.suppress(OSError):
                    self._reserve.unlink()
            else:
                return
        self._journal.say("session.event_not_kept", session=session)

    async def run(self) -> None:
        """Deliver for ever; a web process that is away is asked again."""
        wait = _FIRST_WAIT
        while True:
            await self._filled.wait()
            self._filled.clear()
            for session in list(self._waiting):
                if not await self._deliver(session):
                    self._filled.set()
            if self._filled.is_set():
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                wait = _FIRST_WAIT

    async def _deliver(self, session: str) -> bool:
        batch = self._waiting[session][:_BATCH]
        if batch:
            try:
                await self._reports.session_events(session=session, events=batch)
            except WebUnavailableError:
                return False
            except WebRefusedError as problem:
                self._journal.say("session.events_refused", session=session, code=problem.code)
                if problem.status not in {400, 404, 410, 422}:
                    return False
        left = self._waiting[session][len(batch) :]
        if left:
            self._waiting[session] = left
            return False
        del self._waiting[session]
        with contextlib.suppress(OSError):
            (self._folder / f"{session}.events").unlink(missing_ok=True)
        self.on_accepted(session)
        return True
