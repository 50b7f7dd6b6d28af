"""What the front refused or endured, on its way to the audit log (docs/protocols/front.md).

The first of a kind is told at once; the same again from the same peer is counted and told once a
minute, so that nobody fills a log by knocking. Nothing is lost while the web process is away:
what waits is bounded, and lies on disk meanwhile.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reachback_gateway.clock import monotonic, wall_ms
from reachback_gateway.errors import WebRefusedError, WebUnavailableError
from reachback_gateway.journal import Journal, clean
from reachback_gateway.links import durable
from reachback_gateway.outage import Outage
from reachback_gateway.ports import IncidentSink, Json

_GATHER = 60.0
_MOST_KEYS = 200
_MOST_WAITING = 500
_MOST_SESSIONS = 50
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class _Again:
    """How often an incident that was told came again since."""

    since: float
    count: int = 0
    value: Json = field(default_factory=dict)


class Incidents:
    """Collects incidents and delivers them in order, each with an id of its own."""

    def __init__(
        self,
        path: Path,
        sink: IncidentSink,
        outage: Outage,
        *,
        journal: Journal,
        sessions: Callable[[], list[str]],
    ) -> None:
        self._path = path
        self._sink = sink
        self._outage = outage
        self._journal = journal
        self._sessions = sessions
        self._waiting: list[Json] = []
        self._again: dict[Key, _Again] = {}
        self._filled = asyncio.Event()
        self._kept = False
        outage.begun = self._filled.set
        outage.ended = self._web_is_back

    def load(self) -> None:
        """Read what an earlier front could not tell; called once before serving."""
        kept = durable.read(self._path)
        if kept is None:
            return
        self._kept = True
        self._waiting = [each for each in kept.get("waiting", []) if isinstance(each, dict)]
        if isinstance(kept.get("since"), int):
            self._outage.resume(kept["since"])
        self._filled.set()

    def add(self, kind: str, code: str, sentence: str, **about: str) -> None:
        """Note an incident; `about` names `leg`, `device`, `session` and `remote`, as far as known.

        Texts are cut and cleaned here: they may be a stranger's.
        """
        known = {name: clean(about.get(name, "")) for name in ("leg", "device", "session")}
        remote = about.get("remote", "")
        key = (kind, code, known["device"], known["session"], remote)
        if key not in self._again and len(self._again) >= _MOST_KEYS:
            known, remote, key = {"leg": known["leg"]}, "", (kind, "", "", "", "")
        value: Json = {"kind": kind, "code": clean(code)[:40], "sentence": clean(sentence)}
        value |= {**known, "remote": clean(remote)}
        again = self._again.get(key)
        if again is None:
            self._again[key] = _Again(monotonic())
            self._put(value, 1)
        else:
            again.count += 1
            again.value = value

    async def run(self) -> None:
        """Deliver for ever; a web process that is away is asked again."""
        wait = _FIRST_WAIT
        while True:
            await self._woken()
            self._gathered()
            if await self._deliver():
                wait = _FIRST_WAIT
            else:
                await self._keep()
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def stop(self) -> None:
        """Keep what is not told yet."""
        self._outage.stop()
        self._gathered(all_of_them=True)
        if self._waiting:
            await self._keep()

    def _put(self, value: Json, count: int, **more: object) -> None:
        incident = {"id": uuid.uuid4().hex, "at": wall_ms(), "count": count, **value, **more}
        self._waiting.append(incident)
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[0]
            self._journal.say("incident.dropped")
        self._filled.set()

    def _web_is_back(self, since: int, until: int, failures: int) -> None:
        sentence = "The web process did not answer. Sessions on devices went on."
        value: Json = {"kind": "web-down", "code": "web-down", "sentence": sentence}
        running = self._sessions()[:_MOST_SESSIONS]
        self._journal.say("web.back", seconds=round((until - since) / 1000, 1))
        self._put(value, failures, since=since, until=until, sessions=running)

    async def _woken(self) -> None:
        """Sleep until there is something to tell, or a minute's count is full."""
        oldest = min((each.since for each in self._again.values()), default=None)
        patience = None if oldest is None else max(oldest + _GATHER - monotonic(), 0.0)
        if self._waiting or self._outage.since is not None:
            return
        self._filled.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._filled.wait(), patience)

    def _gathered(self, *, all_of_them: bool = False) -> None:
        for key, again in list(self._again.items()):
            if all_of_them or monotonic() - again.since >= _GATHER:
                del self._again[key]
                if again.count:
                    self._put(again.value, again.count)

    async def _deliver(self) -> bool:
        if self._outage.since is not None and not await self._sink.answers():
            return False
        while self._waiting:
            batch = self._waiting[:50]
            try:
                await self._sink.incidents(batch)
            except WebUnavailableError:
                return False
            except WebRefusedError as problem:
                self._journal.say("incidents.refused", code=problem.code, count=len(batch))
            told = {each["id"] for each in batch}
            self._waiting = [each for each in self._waiting if each["id"] not in told]
        if self._kept:
            self._kept = False
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._path.unlink, missing_ok=True)
        return True

    async def _keep(self) -> None:
        value = {"waiting": self._waiting, "since": self._outage.since}
        try:
            await asyncio.to_thread(durable.write, self._path, value)
            self._kept = True
        except OSError as problem:
            self._journal.say("incidents.not_kept", problem=str(problem.strerror))
