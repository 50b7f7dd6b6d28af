"""A link over TLS: what the kernel took is not waited for, and what it did not take is."""

import asyncio
import base64
import hashlib
from pathlib import Path

from loopback import Listener
from test_doctor import address, certificate

from reachback_connector.control.dial import Dialler
from reachback_connector.control.websocket import SUBPROTOCOL, WebSocket

_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = head.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
    digest = hashlib.sha1(key.encode() + _SALT, usedforsecurity=False).digest()
    accept = base64.b64encode(digest).decode()
    writer.write(
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
    )


async def _connected(folder: Path, listener: Listener) -> WebSocket:
    await listener.start()
    dialler = Dialler(ca=folder / "cert.pem", environment={})
    return await WebSocket.connect(dialler, address(listener.port, secure=True))


async def test_small_messages_over_tls_never_wait_for_the_next_one(tmp_path: Path) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _accept(reader, writer)
        while await reader.read(65_536):
            pass

    listener = Listener(listen, certificate(tmp_path))
    socket = await _connected(tmp_path, listener)
    socket.listen(lambda _: None)
    for _ in range(10):
        socket.send(b"key")
        assert not socket.unwritten
    await socket.close()
    await listener.close()


async def test_what_a_full_connection_does_not_take_is_unwritten(tmp_path: Path) -> None:
    may_read = asyncio.Event()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _accept(reader, writer)
        await may_read.wait()
        while await reader.read(65_536):
            pass

    listener = Listener(stall, certificate(tmp_path))
    socket = await _connected(tmp_path, listener)
    socket.listen(lambda _: None)
    sent = 0
    while not socket.unwritten:
        socket.send(bytes(65_536))
        sent += 1
        await asyncio.sleep(0)
        assert sent < 1_000
    may_read.set()
    async with asyncio.timeout(60):
        await socket.drained()
    await socket.close()
    await listener.close()
