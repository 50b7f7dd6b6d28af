"""The web process over its Unix socket: the front's questions of docs/protocols/front.md."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from reachback_gateway.errors import WebRefusedError, WebUnavailableError
from reachback_gateway.outage import Outage
from reachback_gateway.ports import Admission, Json, Viewer

_QUESTION = aiohttp.ClientTimeout(total=10, connect=2)
_DOWN = "The web process does not answer."


def connector(socket: Path) -> aiohttp.UnixConnector:
    """Return a connection pool to the web process without a bound of its own."""
    return aiohttp.UnixConnector(path=str(socket), limit=0, keepalive_timeout=20)


class WebPort:
    """Identity, Grants, Reports and IncidentSink; WebUnavailableError, WebRefusedError."""

    def __init__(self, socket: Path, secret: str, outage: Outage) -> None:
        self._outage = outage
        self._session = aiohttp.ClientSession(
            connector=connector(socket),
            timeout=_QUESTION,
            headers={"X-Reachback-Front": secret, "Host": "front.internal"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def ask(self, path: str, question: Json) -> Json:
        """POST `question` to `/-/front/PATH`; returns the answer's object."""
        try:
            async with self._session.post(f"http://web/-/front/{path}", json=question) as answer:
                self._outage.answered()
                return await _read(answer)
        except (TimeoutError, aiohttp.ClientError, OSError) as problem:
            self._outage.failed()
            raise WebUnavailableError("web-down", _DOWN) from problem

    async def answers(self) -> bool:
        """Whether the web process answers at all (any status)."""
        try:
            async with self._session.get("http://web/-/front/ready"):
                self._outage.answered()
                return True
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False

    async def who(self, cookie: str, host: str) -> Viewer:
        answer = await self.ask("who", {"cookie": cookie, "host": host})
        audience = frozenset(str(key) for key in answer.get("audience", ()))
        return Viewer(user=str(answer["user"]), name=str(answer.get("name", "")), audience=audience)

    async def device_hello(self, *, hello: Json, nonce: str, node: str, remote: str) -> Admission:
        question = {"hello": hello, "nonce": nonce, "node": node, "remote": remote}
        return admission(await self.ask("devices/hello", question))

    async def device_lost(self, *, device: str, generation: int, at: int, reason: str) -> None:
        question = {"device": device, "generation": generation, "at": at, "reason": reason}
        await self.ask("devices/lost", question)

    async def redeem(self, *, ticket: str, key: str, nonce: str, node: str, shown: int) -> Json:
        question = {"ticket": ticket, "key": key, "nonce": nonce, "node": node, "shown": shown}
        return await self.ask("tickets/redeem", question)

    async def reports(
        self, *, device: str, generation: int, channel: str, units: Sequence[Json]
    ) -> None:
        question = {"device": device, "generation": generation, "channel": channel}
        await self.ask("devices/reports", question | {"units": list(units)})

    async def session_events(self, *, session: str, events: Sequence[Json]) -> None:
        await self.ask("sessions/events", {"session": session, "events": list(events)})

    async def incidents(self, incidents: Sequence[Json]) -> None:
        await self.ask("incidents", {"incidents": list(incidents)})


def admission(answer: Json) -> Admission:
    """Read an Admission from the answer to `devices/hello` (also as kept on disk)."""
    return Admission(
        device=str(answer["device"]),
        name=str(answer.get("name", "")),
        organisation=str(answer.get("organisation", "")),
        generation=int(answer["generation"]),
        hold=str(answer.get("hold", "none")),
        documents=tuple(answer.get("documents", ())),
    )


async def _read(answer: aiohttp.ClientResponse) -> Json:
    if answer.status >= 500:
        raise WebUnavailableError("web-failed", f"The web process answered {answer.status}.")
    body: Any = None
    if answer.content_type == "application/json":
        body = await answer.json()
    if answer.status < 400 and isinstance(body, dict):
        return body
    said = body if isinstance(body, dict) else {}
    code = str(said.get("code", f"web-{answer.status}"))[:80]
    raise WebRefusedError(
        answer.status, code, str(said.get("sentence", "The server refused."))[:500]
    )
