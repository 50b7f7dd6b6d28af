"""One request to the web process and its answer back.

Order of things: the body is spooled, then a place in the bounded queue is taken, then the web
process is asked. The place is given back when the web process has produced its whole answer, not
when the client has read it; a client that goes away does not free the place before the web thread
is free.
"""

import asyncio
from contextlib import suppress

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from reachback_gateway.errors import BodyRefusedError, WebUnavailableError
from reachback_gateway.journal import Journal
from reachback_gateway.outage import Outage
from reachback_gateway.proxy import headers as hygiene
from reachback_gateway.proxy.pages import front_down, refuse
from reachback_gateway.proxy.places import Places
from reachback_gateway.proxy.spool import Budget, Spool, receive
from reachback_gateway.settings import Settings
from reachback_gateway.web_port import connector

_PIECE = 64 * 1024
_RESTARTING = "The server is restarting. Sessions on devices go on; this page returns by itself."


class Answer:
    """The web process's answer while it arrives: head first, then a growing spool."""

    __slots__ = ("_changed", "ended", "head", "headers", "problem", "reason", "spool", "status")

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.head = asyncio.Event()
        self.status = 502
        self.reason: str | None = None
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.ended = False
        self.problem: WebUnavailableError | None = None
        self._changed = asyncio.Event()

    def changed(self) -> None:
        self._changed.set()

    def failed(self, problem: WebUnavailableError) -> None:
        self.problem = problem

    def end(self) -> None:
        """No more will come; also wakes whoever still waits for the head."""
        self.ended = True
        self.head.set()
        self._changed.set()

    async def more(self, offset: int) -> bytes:
        """Return bytes from `offset`, waiting for them; b"" at the end."""
        while offset >= self.spool.size and not self.ended:
            self._changed.clear()
            await self._changed.wait()
        return await self.spool.read(offset, _PIECE)


class Forwarder:
    """The reverse proxy's state: connection pool, queue and spools' budget."""

    def __init__(self, settings: Settings, journal: Journal, outage: Outage) -> None:
        limits = settings.limits
        self._outage = outage
        self._settings = settings
        self._journal = journal
        self._session = aiohttp.ClientSession(
            connector=connector(settings.web_socket),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=limits.answer),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        self.places = Places(active=limits.active, waiting=limits.waiting, patience=limits.patience)
        self.budget = Budget(limits.spooled_together)
        self._exchanges: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for task in tuple(self._exchanges):
            task.cancel()
        await asyncio.gather(*self._exchanges, return_exceptions=True)
        await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer any path that is not the front's own."""
        if request.path.startswith("/-/"):
            return refuse(request, 404, "not-found", "There is nothing here.")
        if not request.raw_path.startswith("/"):
            return refuse(request, 400, "malformed-target", "This address cannot be read.")
        if request.headers.get("Upgrade"):
            return refuse(request, 400, "no-upgrade", "This address speaks plain HTTP only.")
        limits = self._settings.limits
        body = Spool(limits.body_in_memory, self.budget)
        try:
            await receive(request.content, request.content_length, body, limits)
        except BodyRefusedError as problem:
            body.close()
            self._journal.say("proxy.body_refused", code=problem.code, size=body.size)
            answer = refuse(request, problem.status, problem.code, problem.sentence)
            answer.force_close()
            return answer
        except BaseException:
            body.close()
            raise
        return await self._exchange(request, body)

    async def _exchange(self, request: web.Request, body: Spool) -> web.StreamResponse:
        answer = Answer(Spool(self._settings.limits.body_in_memory, self.budget))
        task = asyncio.create_task(self._ask(request, body, answer))
        self._exchanges.add(task)
        task.add_done_callback(self._exchanged)
        try:
            await answer.head.wait()
            if answer.problem is not None:
                return self._failed(request, answer.problem)
            return await self._answer(request, answer)
        finally:
            task.add_done_callback(lambda _: answer.spool.close())

    def _exchanged(self, task: asyncio.Task[None]) -> None:
        self._exchanges.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._journal.say("proxy.exchange_failed", problem=repr(problem))

    def _failed(self, request: web.Request, problem: WebUnavailableError) -> web.Response:
        self._journal.say("proxy.web_unavailable", code=problem.code)
        if problem.code == "web-down":
            return front_down(request, self._settings.static, problem.sentence)
        status = 504 if problem.code == "web-slow" else 503
        return refuse(request, status, problem.code, problem.sentence)

    async def _ask(self, request: web.Request, body: Spool, answer: Answer) -> None:
        """Ask the web process and take its whole answer; runs on when the client has gone."""
        address, scheme = hygiene.client(request, self._settings.proxies)
        sent = hygiene.towards_web(request, address, scheme)
        url = URL(f"http://web{request.raw_path}", encoded=True)
        try:
            async with self.places.place():
                if body.size or request.method in {"POST", "PUT", "PATCH"}:
                    sent["Content-Length"] = str(body.size)
                data = body.pieces() if body.size else None
                async with self._session.request(
                    request.method, url, headers=sent, data=data, allow_redirects=False
                ) as upstream:
                    self._outage.answered()
                    await _take(upstream, answer)
        except WebUnavailableError as problem:
            answer.failed(problem)
        except BodyRefusedError as problem:
            answer.failed(WebUnavailableError(problem.code, problem.sentence))
        except TimeoutError:
            answer.failed(WebUnavailableError("web-slow", "The server took too long to answer."))
        except (aiohttp.ClientError, OSError):
            self._outage.failed()
            answer.failed(WebUnavailableError("web-down", _RESTARTING))
        finally:
            body.close()
            answer.end()

    async def _answer(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(
            status=answer.status, reason=answer.reason, headers=answer.headers
        )
        limits = self._settings.limits
        await response.prepare(request)
        offset = 0
        try:
            while piece := await answer.more(offset):
                offset += len(piece)
                async with asyncio.timeout(limits.reader):
                    await response.write(piece)
        except (TimeoutError, ConnectionError):
            self._journal.say("proxy.slow_reader_dropped", sent=offset)
            _abort(request)
            return response
        if answer.problem is not None:
            _abort(request)
            return response
        with suppress(ConnectionError):
            await response.write_eof()
        return response


def _abort(request: web.Request) -> None:
    """Cut the connection so that the client cannot take half an answer for a whole one."""
    if request.transport is not None:
        request.transport.abort()


async def _take(upstream: aiohttp.ClientResponse, answer: Answer) -> None:
    answer.status = upstream.status
    answer.reason = upstream.reason
    answer.headers = hygiene.towards_client(
        upstream.headers.items(), upstream.headers.get("Connection")
    )
    answer.head.set()
    async for piece in upstream.content.iter_any():
        await answer.spool.append(piece)
        answer.changed()
