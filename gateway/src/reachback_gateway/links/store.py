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
from reachback_gateway.recorder.vault import Vault

_FORGOTTEN_MS = 7 * 24 * 3_600_000
_ASIDE = ".aside"


class Store:
    """Files under REACHBACK_DATA; every slow call goes to a thread."""

    def __init__(self, data: Path, vault: Vault | None = None) -> None:
        self._vault = vault
        self.sessions = data / "sessions"
        self.links = data / "links"
        self.recordings = data / "recordings"
        self._changes = 0
        # The newest file aside of each session that has one, and whose settling is under way.
        self._aside: dict[str, Path] = {}
        self._settling: set[str] = set()
        self._removed: set[str] = set()
        self._saving: set[asyncio.Task[None]] = set()

    def prepare(self) -> None:
        for folder in (self.sessions, self.links, self.recordings):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load_sessions(self) -> list[Session]:
        """Read every session's file; those untouched for a week are removed instead."""
        self._take_up()
        found = []
        for path in self.sessions.glob("*.json"):
            if wall_ms() - path.stat().st_mtime * 1000 > _FORGOTTEN_MS:
                path.unlink()
                continue
            session = self.load_session(path.stem)
            if session is not None:
                found.append(session)
        return found

    def _take_up(self) -> None:
        """Let what a killed front left aside take its place, the newest last."""
        left = sorted(
            self.sessions.glob(f"*{_ASIDE}"), key=lambda path: int(path.name.split(".")[1])
        )
        for aside in left:
            if durable.read(aside) is None:
                aside.unlink()
            else:
                aside.replace(self.sessions / f"{aside.name.split('.')[0]}.json")

    def load_session(self, name: str) -> Session | None:
        """Read a session's file; None when there is none (`name` is checked already)."""
        value = durable.read(self.sessions / f"{name}.json")
        if value is None:
            return None
        with contextlib.suppress(KeyError, TypeError, ValueError, LinkRefusedError):
            return Session.from_json(value)
        return None

    def save_soon(self, session: Session, journal: Journal) -> None:
        """Write a session's file: at once for a front that is killed, soon for a power cut.

        The change goes into a file aside, which a restarted front takes up; a thread syncs it
        and lets it take the file's place. Nobody who types waits for the disk. A full disk is
        logged.
        """
        self._changes += 1
        aside = self.sessions / f"{session.id}.{self._changes}{_ASIDE}"
        self._removed.discard(session.id)
        try:
            durable.put(aside, session.to_json())
        except OSError as problem:
            self._not_saved(session.id, problem, journal)
            return
        older = self._aside.get(session.id)
        self._aside[session.id] = aside
        if older is not None:
            older.unlink(missing_ok=True)
        elif session.id not in self._settling:
            self._settling.add(session.id)
            task = asyncio.get_running_loop().create_task(self._settle(session.id, journal))
            self._saving.add(task)
            task.add_done_callback(self._saving.discard)

    async def _settle(self, name: str, journal: Journal) -> None:
        """One session's changes one after the other, the newest last."""
        while (aside := self._aside.pop(name, None)) is not None:
            try:
                await asyncio.to_thread(durable.settle, aside, self.sessions / f"{name}.json")
            except OSError as problem:
                self._not_saved(name, problem, journal)
        self._settling.discard(name)
        if name in self._removed:
            self._removed.discard(name)
            self._unlink(name)

    def _not_saved(self, name: str, problem: OSError, journal: Journal) -> None:
        journal.say("session.not_saved", session=name, problem=str(problem.strerror))

    async def saved(self) -> None:
        """Everything asked for is on the disk."""
        while self._saving:
            await asyncio.wait(tuple(self._saving))

    def remove_session(self, name: str) -> None:
        """Forget a session's file, also one that is being written at this moment."""
        aside = self._aside.pop(name, None)
        if aside is not None:
            aside.unlink(missing_ok=True)
        if name in self._settling:
            self._removed.add(name)
        self._unlink(name)

    def _unlink(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.sessions / f"{name}.json").unlink(missing_ok=True)

    def recording_folder(self, key: str) -> Path:
        session, number = split_key(key)
        return self.recordings / session / str(number)

    def new_recording(self, key: str) -> Recording:
        return Recording(self.recording_folder(key), self._vault)

    async def load_recording(self, key: str) -> Recording:
        return await asyncio.to_thread(Recording.load, self.recording_folder(key), self._vault)

    def _link(self, key: str) -> Path:
        return self.links / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    async def remember_device(self, key: str, value: Json) -> None:
        """Keep what the web process said about a device, for when it is away."""
        await asyncio.to_thread(durable.write, self._link(key), value)

    async def recall_device(self, key: str) -> Json | None:
        return await asyncio.to_thread(durable.read, self._link(key))
