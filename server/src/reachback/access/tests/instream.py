"""A small scanner that speaks clamd's protocol over a real socket, for tests without ClamAV.

It follows clamd(8): `zCOMMAND\\0`, INSTREAM's chunks with their lengths, StreamMaxLength, answers
that end with a zero byte. What it finds is a mark in the content.
"""

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

MARK = b"REACHBACK-TEST-VIRUS-MARK"
NAME = "Reachback.Test.Marked"


@dataclass
class Scanner:
    """What it says and what it was given; change it while it runs."""

    address: str
    version: str = "ClamAV 1.4.1/27456/Sat Nov 21 09:25:36 2026"
    name: str = NAME
    most: int = 1 << 20
    answer: str = ""  # instead of a verdict
    looked: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def scanning(folder: Path) -> Iterator[Scanner]:
    """Run one on a Unix socket in a folder."""
    path = folder / "clamd.sock"
    found = Scanner(f"unix:{path}")

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):
                _serve(self.request, found)

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = False

    with Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
            path.unlink()


def _serve(peer: socket.socket, scanner: Scanner) -> None:
    stream = peer.makefile("rb")
    with stream:
        command = b""
        while not command.endswith(b"\0"):
            piece = stream.read(1)
            if not piece:
                return
            command += piece
        if command == b"zVERSION\0":
            peer.sendall(scanner.version.encode() + b"\0")
        elif command == b"zINSTREAM\0":
            peer.sendall(_look(stream.read, scanner).encode() + b"\0")
        else:
            peer.sendall(b"UNKNOWN COMMAND\0")


def _look(read: Callable[[int], bytes], scanner: Scanner) -> str:
    content = b""
    while True:
        (length,) = struct.unpack(">I", read(4))
        if not length:
            break
        content += read(length)
        if len(content) > scanner.most:
            return "INSTREAM size limit exceeded. ERROR"
    scanner.looked.append(content)
    if scanner.answer:
        return scanner.answer
    return f"stream: {scanner.name} FOUND" if MARK in content else "stream: OK"
