"""One request to a target and its answer back, both as streams, over HTTP/1.1."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import h11
from aiohttp import web

from reachback_gateway.origins import rewriting, sockets
from reachback_gateway.origins.pool import Connection, Pool
from reachback_gateway.origins.tap import TargetError

_TLS: Final = b"\x15\x03"  # an alert record: what a TLS server says to plain HTTP
_READER: Final = 600.0  # seconds a browser may take none of an answer
_SILENT: Final = "Nothing came within {:g} seconds."
_MUTE: Final = "It closed the connection without an answer."


class Exchange:
    """A request of a browser on one connection of the pool."""

    def __init__(
        self,
        request: web.Request,
        connection: Connection,
        target: str,
        *,
        patience: float,
        secure: bool,
    ) -> None:
        self.begun = False  # whether anything of the answer has reached the browser
        self._request = request
        self._tap = connection.tap
        self._http = connection.http
        self._target = target
        self._patience = patience
        self._secure = secure
        self._first = b""

    async def run(self) -> web.StreamResponse:
        """Ask and answer; TargetError when no answer can be had."""
        upload = asyncio.create_task(self._ask())
        try:
            head = await self._head()
            if isinstance(head, h11.InformationalResponse):
                return await sockets.join(
                    self._request, self._tap, self._switching(head), self._http.trailing_data[0]
                )
            return await self._answer(head)
        finally:
            if not upload.done():
                upload.cancel()
            await asyncio.gather(upload, return_exceptions=True)

    @property
    def reusable(self) -> bool:
        """Both sides have said all: the connection may carry another request."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    # Towards the target

    async def _ask(self) -> None:
        request = self._request
        path = request.raw_path if request.raw_path.startswith("/") else request.path_qs
        head = h11.Request(
            method=request.method,
            target=path.partition("#")[0].encode(),
            headers=rewriting.towards_target(request, self._target),
        )
        with suppress(TargetError):  # whoever reads the answer says so
            await self._send(head)
            async for piece in request.content.iter_any():
                await self._send(h11.Data(data=piece))
            await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        if data := self._http.send(event):
            await self._tap.write(data)

    # From the target

    async def _hear(self) -> bytes:
        """More bytes; TargetError `silent` when neither side of the target moves."""
        while True:
            before = self._tap.sent
            try:
                async with asyncio.timeout(None if self.begun else self._patience):
                    return await self._tap.read()
            except TimeoutError as problem:
                if self._tap.sent == before:
                    raise TargetError("silent", _SILENT.format(self._patience)) from problem

    async def _event(self) -> object:
        """The next event of the answer; TargetError when it is no HTTP."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = await self._hear()
                self._first = self._first or data[:16]
                self._http.receive_data(data)
        except h11.RemoteProtocolError as problem:
            raise self._nonsense() from problem
        return event

    def _nonsense(self) -> TargetError:
        if self._first.startswith(_TLS):
            return TargetError("tls", f"{self._target} wants an encrypted connection.")
        if not self._first:
            return TargetError("reset", _MUTE)
        return TargetError("no-http", f"What {self._target} answers is no HTTP.")

    async def _head(self) -> h11.Response | h11.InformationalResponse:
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse):
                if event.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
                    return event
            elif isinstance(event, h11.ConnectionClosed):
                raise TargetError("reset", _MUTE)

    def _switching(self, head: h11.InformationalResponse) -> bytes:
        lines = [b"HTTP/1.1 101 Switching Protocols"]
        lines += [b": ".join(pair) for pair in head.headers.raw_items()]
        return b"\r\n".join([*lines, b"", b""])

    async def _answer(self, head: h11.Response) -> web.StreamResponse:
        given = [(_text(name), _text(value)) for name, value in head.headers.raw_items()]
        headers = rewriting.towards_browser(
            given, self._target, self._request.path, secure=self._secure
        )
        response = web.StreamResponse(
            status=head.status_code, reason=_text(head.reason) or None, headers=headers
        )
        self.begun = True
        await response.prepare(self._request)
        try:
            while isinstance(event := await self._event(), h11.Data):
                async with asyncio.timeout(_READER):
                    await response.write(bytes(event.data))
            await response.write_eof()
        except (TargetError, TimeoutError, ConnectionError):
            self._abort()
        return response

    def _abort(self) -> None:
        """Half an answer ends with a cut connection, so that nobody takes it for a whole one."""
        if self._request.transport is not None:
            self._request.transport.abort()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


async def forward(
    request: web.Request, pool: Pool, target: str, *, patience: float, secure: bool
) -> web.StreamResponse:
    """Carry one request; TargetError when the target cannot be reached or does not answer."""
    async with pool.place():
        return await _twice(request, pool, target, patience=patience, secure=secure)


async def _twice(
    request: web.Request, pool: Pool, target: str, *, patience: float, secure: bool
) -> web.StreamResponse:
    """On a connection that stood, and once more on a new one if the target had just closed it."""
    repeatable = not request.body_exists and not rewriting.upgrades(request)
    connection = await pool.take(fresh=not repeatable)
    while True:
        exchange = Exchange(request, connection, target, patience=patience, secure=secure)
        try:
            response = await exchange.run()
        except TargetError as problem:
            if connection.fresh or exchange.begun or problem.code == "silent":
                raise
            pool.drop(connection)
            connection = await pool.take(fresh=True)
            continue
        finally:
            if not exchange.reusable:
                pool.drop(connection)
        if exchange.reusable:
            connection.http.start_next_cycle()
            pool.give(connection)
        return response
