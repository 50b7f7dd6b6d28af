"""The TCP connection to a tunnel's target: dialled without blocking, then two halves."""

from __future__ import annotations

import os
import select
import socket
from collections import deque
from typing import Final

from reachback_connector.errors import NetworkError
from reachback_connector.tunnel.target import Lookup, Resolve, Target, begin, leads_back

DIAL_SECONDS: Final = 10.0
_READ: Final = 65_536


class TargetConnection:
    """Looked up, dialled (`connected` false), joined, over. Times are monotonic seconds."""

    def __init__(self, target: Target, resolve: Resolve) -> None:
        self.target = target
        self._lookup: Lookup | None = Lookup(target, resolve)
        self.socket: socket.socket | None = None
        self.address = ""
        self.connected = False
        self.reading = True
        self._said_eof = False
        self._left: deque[str] = deque()
        self._deadline = 0.0
        self._trouble = "nothing answers"

    @property
    def deadline(self) -> float | None:
        """When dialling the present address is given up."""
        return None if self.connected or self.socket is None else self._deadline

    @property
    def over(self) -> bool:
        """Whether both halves have ended."""
        return self._said_eof and not self.reading

    def _looked_up(self, now: float) -> None:
        """The name has its answer: start with the first address. NetworkError."""
        lookup, self._lookup = self._lookup, None
        if lookup is not None:
            self._left = deque(lookup.answer())
            self._next(now)

    def _next(self, now: float) -> None:
        self._drop()
        while self._left:
            self.address = self._left.popleft()
            try:
                self.socket = begin(self.address, self.target.port)
            except OSError as error:
                self._trouble = error.strerror or "no connection"
                continue
            self._deadline = now + DIAL_SECONDS
            return
        name = f"{self.target.host}, port {self.target.port}"
        raise NetworkError("connect", f"{name}, cannot be reached from here: {self._trouble}.")

    def _tick(self, now: float) -> None:
        """Give up an address that does not answer in time. NetworkError after the last."""
        if self.deadline is not None and now >= self._deadline:
            self._trouble = "no answer in time"
            self._next(now)

    def dialling(self, now: float, *, news: bool) -> None:
        """Go on towards a connection. NetworkError when no address is left."""
        if news and self._lookup is not None:
            self._looked_up(now)
        elif news:
            self._answered(now)
        self._tick(now)

    def _answered(self, now: float) -> None:
        """The socket became writable: connected, or refused."""
        if self.socket is None:
            return
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._trouble = os.strerror(number)
            self._next(now)
        elif leads_back(self.socket, self.target):
            raise NetworkError(
                "target-refused",
                f"{self.target.host} leads to this device itself ({self.address}) here, and the "
                "contract does not name that.",
            )
        else:
            self.connected = True

    @property
    def descriptor(self) -> int:
        """What to poll; -1 when there is nothing."""
        if self._lookup is not None:
            return self._lookup.fileno()
        return self.socket.fileno() if self.socket is not None else -1

    def events(self, *, wants_output: bool, wants_input: bool) -> int:
        """What to poll `descriptor` for."""
        if self._lookup is not None:
            return select.POLLIN
        if not self.connected:
            return select.POLLOUT
        reading = select.POLLIN if wants_output and self.reading else 0
        return reading | (select.POLLOUT if wants_input else 0)

    def read(self) -> bytes | None:
        """What the target sent; None when nothing lies there. OSError when it is gone."""
        if self.socket is None or not self.reading:
            return None
        try:
            data = self.socket.recv(_READ)
        except BlockingIOError:
            return None
        if not data:
            self.reading = False
        return data

    def say_eof(self) -> None:
        """Our half has ended; the target may still speak. OSError when it is gone."""
        if self.socket is not None and not self._said_eof:
            self._said_eof = True
            self.socket.shutdown(socket.SHUT_WR)

    def close(self, *, hard: bool) -> None:
        """End the connection; `hard` resets it, so that the target sees no proper end."""
        if hard and self.socket is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._drop()

    def _drop(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
