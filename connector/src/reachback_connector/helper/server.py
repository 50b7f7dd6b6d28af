"""The helper's socket: who may speak, one JSON line in, one out, nobody can make it wait."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import time
from collections.abc import Callable, Collection
from typing import Any

from reachback_connector import lines, unix
from reachback_connector.errors import ConnectorError

Answer = Callable[[unix.Peer, dict[str, Any]], dict[str, Any]]
_CLIENTS = 64
_log = logging.getLogger("reachback.helper")


class _Client:
    """One accepted connection."""

    def __init__(self, sock: socket.socket, peer: unix.Peer) -> None:
        self.socket = sock
        self.peer = peer
        self.received = bytearray()
        self.queue = bytearray()

    def fileno(self) -> int:
        return self.socket.fileno()


class Server:
    """A single-threaded loop, so that it may fork. `tick` is called at least every `every` s."""

    def __init__(
        self,
        listener: socket.socket,
        allowed: Collection[int],
        answer: Answer,
        tick: Callable[[], None],
        every: float = 2.0,
    ) -> None:
        self._listener = listener
        self._allowed = allowed
        self._answer = answer
        self._tick = tick
        self._every = every
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._clients: set[_Client] = set()
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self.stopping = False

    def stop(self) -> None:
        """End `run`; safe in a signal handler."""
        self.stopping = True
        os.write(self._waker, b"!")

    def run(self) -> None:
        """Serve until `stopping`."""
        next_tick = 0.0
        while not self.stopping:
            for key, mask in self._selector.select(self._every):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.data is not None:
                    self._serve(key.data, mask)
            if time.monotonic() >= next_tick:
                self._tick()
                next_tick = time.monotonic() + self._every

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return
        peer = unix.peer_of(accepted)
        if not unix.may_enter(peer, self._allowed) or len(self._clients) >= _CLIENTS:
            _log.warning("uid %d (pid %d) was turned away.", peer.uid, peer.pid)
            accepted.close()
            return
        accepted.settimeout(0.0)
        client = _Client(accepted, peer)
        self._clients.add(client)
        self._selector.register(accepted, selectors.EVENT_READ, client)

    def _serve(self, client: _Client, mask: int) -> None:
        alive = True
        if mask & selectors.EVENT_READ:
            alive = self._read(client)
        if client.queue:
            alive = self._write(client) and alive
        if not alive:
            self._drop(client)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.queue else 0)
        self._selector.modify(client.socket, events, client)

    def _read(self, client: _Client) -> bool:
        try:
            part = client.socket.recv(65_536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        client.received += part
        while (end := client.received.find(b"\n")) >= 0:
            line = bytes(client.received[:end])
            del client.received[: end + 1]
            client.queue += lines.encode(self._reply(client.peer, line))
        return bool(part) and len(client.received) <= lines.LINE_LIMIT

    def _reply(self, peer: unix.Peer, line: bytes) -> dict[str, Any]:
        try:
            return self._answer(peer, lines.decode(line))
        except ConnectorError as error:
            return {"error": {"code": error.code, "sentence": error.sentence}}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            _log.warning("A request could not be read: %s", type(error).__name__)
            sentence = "The request cannot be read."
            return {"error": {"code": "malformed", "sentence": sentence}}

    def _write(self, client: _Client) -> bool:
        try:
            sent = client.socket.send(client.queue)
        except BlockingIOError:
            return True
        except OSError:
            return False
        del client.queue[:sent]
        return True

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.socket)
        client.socket.close()
        self._clients.discard(client)
