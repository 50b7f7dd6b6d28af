"""Unix sockets between the connector's processes, and who is on the other end of one."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 100  # sun_path holds 108 bytes; longer paths go through /proc/self/fd


@dataclass(frozen=True, slots=True)
class Peer:
    """What the kernel says about the process on the other end (SO_PEERCRED)."""

    pid: int
    uid: int
    gid: int


def peer_of(connection: socket.socket) -> Peer:
    """Ask the kernel, never the peer."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return Peer(*struct.unpack("3i", raw))


def may_enter(peer: Peer, allowed: Collection[int]) -> bool:
    """Whether this peer's user is one of `allowed`. Root is not special unless it is listed."""
    return peer.uid in allowed


def listen(path: Path, *, mode: int = 0o600, owner: int | None = None) -> socket.socket:
    """A listening, non-blocking socket at `path`; a stale socket file there is replaced."""
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _Reachable(path) as address:
            server.bind(address)
    finally:
        os.umask(before)
    path.chmod(mode)
    if owner is not None and owner != os.geteuid():
        os.chown(path, owner, -1)
    server.listen(16)
    server.settimeout(0.0)
    return server


def connect(path: Path, *, timeout: float | None = 5.0) -> socket.socket:
    """A connected socket; OSError when nobody listens. `timeout` None leaves it blocking."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout)
    try:
        with _Reachable(path) as address:
            client.connect(address)
    except OSError:
        client.close()
        raise
    return client


class _Reachable:
    """An address for `path` that fits into sun_path, valid inside the `with` block."""

    __slots__ = ("_folder", "_path")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= _LONGEST:
            return str(self._path)
        self._folder = os.open(self._path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._folder}/{self._path.name}"

    def __exit__(self, *_exception: object) -> None:
        if self._folder >= 0:
            os.close(self._folder)


def activated() -> socket.socket | None:
    """The listening socket systemd handed over (LISTEN_FDS protocol), if it did."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    server = socket.socket(fileno=3)
    os.set_inheritable(3, False)  # noqa: FBT003 - the standard library's own signature
    server.settimeout(0.0)
    return server
