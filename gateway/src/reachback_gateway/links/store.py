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
        # A session that has changed since its writing began, None while nothing has.
        self._unsaved: dict[str, Session | None] = {}
        self._removed: set[str] = set()
        self._saving: set[asyncio.Task[None]] = set()

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

    def save_soon(self, session: Session, journal: Journal) -> None:
        """Write a session's file in place of the old one, in a thread; a full disk is logged.

        Nobody waits for the disk: who types is never held up by it. Should the front be killed
        within these milliseconds, a browser that was just admitted asks for another ticket.
        """
        first = session.id not in self._unsaved
        self._removed.discard(session.id)
        self._unsaved[session.id] = session
        if first:
            task = asyncio.get_running_loop().create_task(self._save(session.id, journal))
            self._saving.add(task)
            task.add_done_callback(self._saving.discard)

    async def _save(self, name: str, journal: Journal) -> None:
        """One session's changes one after the other, the newest last."""
        while (session := self._unsaved.get(name)) is not None:
            self._unsaved[name] = None
            path, value = self.sessions / f"{name}.json", session.to_json()
            try:
                await asyncio.to_thread(durable.write, path, value)
            except OSError as problem:
                journal.say("session.not_saved", session=name, problem=str(problem.strerror))
        del self._unsaved[name]
        if name in self._removed:
            self._removed.discard(name)
            self._unlink(name)

    async def saved(self) -> None:
        """Everything asked for is on the disk."""
        while self._saving:
            await asyncio.wait(tuple(self._saving))

    def remove_session(self, name: str) -> None:
        """Forget a session's file, also one that is being written at this moment."""
        if name in self._unsaved:
            self._unsaved[name] = None
            self._removed.add(name)
        self._unlink(name)

    def _unlink(self, name: str) -> None:
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
