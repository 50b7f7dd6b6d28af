"""clamd over its socket: VERSION and INSTREAM (clamd(8), COMMANDS), one connection for each.

A command is `zNAME` and a zero byte. INSTREAM then takes chunks, each with its length before it
(4 bytes, big-endian); a length of 0 ends them. The answer ends with a zero byte:
`stream: OK`, `stream: NAME FOUND`, or a sentence that ends in ERROR.
"""

import contextlib
import re
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reachback.access.scanning.errors import ScannerAway, ScanTooLarge

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 120.0
"""An archive in an archive takes a while; clamd's own MaxScanTime is 120 s."""
_LONGEST: Final = 4_096  # bytes of an answer
_FOUND: Final = re.compile(r"stream: (.+) FOUND")
_VERSION: Final = re.compile(r"(ClamAV [^/]+)(?:/(\d+)(?:/(.+))?)?")
_LIMIT: Final = "size limit exceeded"


@dataclass(frozen=True)
class Version:
    """What the scanner is: its program, its signatures' version ("" untold) and their day."""

    engine: str
    database: str
    issued: datetime | None


@dataclass(frozen=True)
class Clamd:
    """Where clamd listens: `unix:/PATH` or `HOST:PORT`. Errors: ScannerAway, ScanTooLarge."""

    address: str

    def version(self) -> Version:
        """Ask who looks, and with what signatures."""
        with self._connected() as peer:
            peer.sendall(b"zVERSION\0")
            return read_version(_answer(peer))

    def look(self, chunks: Iterable[bytes]) -> str:
        """Send the content; return the name of what was found, "" when it is clean."""
        with self._connected() as peer:
            peer.sendall(b"zINSTREAM\0")
            # clamd closes in the middle when it is too much, and has said so before
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for chunk in chunks:
                    if chunk:
                        peer.sendall(struct.pack(">I", len(chunk)) + chunk)
                peer.sendall(struct.pack(">I", 0))
            return _verdict(_answer(peer))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with _dial(self.address) as peer:
                peer.settimeout(ANSWER_SECONDS)
                yield peer
        except (OSError, ValueError) as error:
            raise ScannerAway(f"{type(error).__name__}: {error}") from error


def _dial(address: str) -> socket.socket:
    if address.startswith("unix:"):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            peer.settimeout(CONNECT_SECONDS)
            peer.connect(address.removeprefix("unix:"))
        except OSError:
            peer.close()
            raise
        return peer
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)


def _answer(peer: socket.socket) -> str:
    told = b""
    with contextlib.suppress(ConnectionResetError):  # what came before it counts
        while b"\0" not in told and len(told) < _LONGEST:
            piece = peer.recv(_LONGEST)
            if not piece:
                break
            told += piece
    return told.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def _verdict(told: str) -> str:
    if told == "stream: OK":
        return ""
    if found := _FOUND.fullmatch(told):
        return found[1]
    if _LIMIT in told:
        raise ScanTooLarge(0)
    raise ScannerAway(f"clamd answered {told[:200]!r}")


def read_version(told: str) -> Version:
    """Read `ClamAV 1.4.1/27456/Sat Nov 21 09:25:36 2026`; ScannerAway when it is none."""
    found = _VERSION.fullmatch(told)
    if found is None:
        raise ScannerAway(f"clamd answered {told[:200]!r}")
    issued = None
    if found[3]:
        with contextlib.suppress(ValueError):  # an unreadable day is an untold one
            issued = datetime.strptime(found[3].strip(), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    return Version(found[1].strip(), found[2] or "", issued)
