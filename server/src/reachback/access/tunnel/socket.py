"""The command's own WebSocket to the server: dialled, upgraded, then messages both ways."""

import asyncio
import base64
import hashlib
import secrets
import ssl
from urllib.parse import urlsplit

from reachback.access.tunnel.errors import TunnelError
from reachback_wire.websocket import MessageStream

SUBPROTOCOL = "reachback.link.1"
MESSAGE_MOST = 131_072
_PATIENCE = 20.0
_NEXT_ADDRESS = 0.25  # seconds; a name may have an IPv6 address that swallows everything
_PROOF = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class Socket:
    """One open WebSocket; OSError and RemoteError when it breaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._stream = MessageStream(client=True, max_message=MESSAGE_MOST)

    @classmethod
    async def connect(cls, server: str, path: str) -> "Socket":
        """Dial and upgrade. OSError when nobody answers, TunnelError when it is no server."""
        base = urlsplit(server)
        secure = base.scheme == "https"
        host = base.hostname or ""
        port = base.port or (443 if secure else 80)
        dialled = "127.0.0.1" if host.endswith(".localhost") else host
        context = ssl.create_default_context() if secure else None
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(
                dialled,
                port,
                ssl=context,
                server_hostname=host if secure else None,
                happy_eyeballs_delay=_NEXT_ADDRESS,
            )
            try:
                await _upgrade(reader, writer, server, base.netloc, path)
            except BaseException:
                writer.transport.abort()
                raise
        return cls(reader, writer)

    async def messages(self) -> list[bytes]:
        """The next messages; empty at the end of the connection."""
        while data := await self._reader.read(65_536):
            found = self._stream.receive(data)
            if owed := self._stream.replies():
                self._writer.write(owed)
            if found:
                return found
            if self._stream.closed:
                break
        return []

    async def write(self, messages: list[bytes]) -> None:
        """Write messages and wait until the kernel has taken most of them."""
        for message in messages:
            self._writer.write(self._stream.message(message))
        await self._writer.drain()

    async def close(self) -> None:
        """Cut the connection and see it gone."""
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except OSError:
            return


async def _upgrade(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    origin: str,
    authority: str,
    path: str,
) -> None:
    key = base64.b64encode(secrets.token_bytes(16))
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {authority}",
        f"Origin: {origin}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ConnectionResetError("The server closed the connection.") from error
    status = head.split(" ", 2)[1:2]
    if status and status[0].startswith("5"):
        raise ConnectionRefusedError(f"The server answered {status[0]}.")
    proof = base64.b64encode(hashlib.sha1(key + _PROOF, usedforsecurity=False).digest()).decode()
    if status != ["101"] or f"sec-websocket-accept: {proof}".lower() not in head.lower():
        raise TunnelError("upgrade", f"{authority} does not speak {SUBPROTOCOL}; is it the server?")
