"""Where sessions, their events and the devices' last admissions lie on disk."""

import asyncio
import contextlib
import hashlib
from pathlib import Path

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.journal import Journal
from reachback_gateway.links import durable
from reachback_gateway.links.session import Session, split_key
from reachback_gateway.ports import Json
from reachback_gateway.recorder.recording import Recording

_FORGOTTEN_MS = 7 * 24 * 3_600_000


class Store:
    """Files under REACHBACK_DATA; every slow call goes to a thread."""

    def __init__(self, data: Path) -> None:
        self.sessions = data / "sessions"
        self.links = data / "links"
        self.recordings = data / "recordings"

    def prepare(self) -> None:
        for folder in (self.sessions, self.links, self.recordings):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load_sessions(self) -> list[Session]:
        """Read every session's file; those untouched for a week are removed instead."""
        found = []
        for path in self.sessions.glob("*.json"):
            if wall_ms() - path.stat().st_mtime * 1000 > _FORGOTTEN_MS:
                path.unlink()
                continue
            session = self.load_session(path.stem)
            if session is not None:
                found.append(session)
        return found

    def load_session(self, name: str) -> Session | None:
        """Read a session's file; None when there is none (`name` is checked already)."""
        value = durable.read(self.sessions / f"{name}.json")
        if value is None:
            return None
        with contextlib.suppress(KeyError, TypeError, ValueError, LinkRefusedError):
            return Session.from_json(value)
        return None

    async def save_session(self, session: Session) -> None:
        path = self.sessions / f"{session.id}.json"
        await asyncio.to_thread(durable.write, path, session.to_json())

    def save_now(self, session: Session, journal: Journal) -> None:
        """Write a session's file in place of the old one; a full disk is logged."""
        try:
            durable.write(self.sessions / f"{session.id}.json", session.to_json())
        except OSError as problem:
            journal.say("session.not_saved", session=session.id, problem=str(problem.strerror))

    def remove_session(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.sessions / f"{name}.json").unlink(missing_ok=True)

    def recording_folder(self, key: str) -> Path:
        session, number = split_key(key)
        return self.recordings / session / str(number)

    async def load_recording(self, key: str) -> Recording:
        return await asyncio.to_thread(Recording.load, self.recording_folder(key))

    def _link(self, key: str) -> Path:
        return self.links / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    async def remember_device(self, key: str, value: Json) -> None:
        """Keep what the web process said about a device, for when it is away."""
        await asyncio.to_thread(durable.write, self._link(key), value)

    async def recall_device(self, key: str) -> Json | None:
        return await asyncio.to_thread(durable.read, self._link(key))
