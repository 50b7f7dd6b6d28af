"""Frames to messages: class 0 first, then the scheduled channels as far as the window allows.

Bulk travels in messages of its own, because a WebSocket message arrives only as a whole: a
keystroke in front of 64 KiB of bulk would wait for all of it.
"""

from collections import deque
from typing import Final

from reachback_wire.frames import Frame, LinkAck, Ping, Pong, encode
from reachback_wire.link.schedule import BULK, INPUT, Schedule
from reachback_wire.pacing import Pacer

UNOWED: Final = frozenset({Ping.TYPE, Pong.TYPE, LinkAck.TYPE})
"""A message of nothing but these is not acknowledged by itself."""


class Outbox:
    """What waits to be written on one connection."""

    def __init__(self, pacer: Pacer, schedule: Schedule, *, max_message: int) -> None:
        self._pacer = pacer
        self._schedule = schedule
        self._control: deque[bytes] = deque()
        self._max_message = max_message
        self._messages: list[bytes] = []
        self._parts: list[bytes] = []
        self._size = 0

    def push(self, frame: Frame) -> None:
        """Queue a frame of class 0."""
        self._control.append(encode(frame))

    @property
    def idle(self) -> bool:
        """Nothing could be written now."""
        return not self._control and self._schedule.pick() is None

    def transmit(self, now: float, head: bytes) -> list[bytes]:
        """The messages to write now; `head` is a LINKACK to begin with, or empty."""
        self._messages = []
        before = self._pacer.sent
        self._pacer.paced_until = None
        uncounted = len(head)
        if head:
            self._parts.append(head)
        while self._control:
            frame = self._control.popleft()
            if self._size + len(frame) + uncounted > self._max_message:
                self._flush(now)
            self._add(frame)
        blocked = self._channels(now)
        self._flush(now)
        if blocked:
            self._pacer.blocked(since=before)
        return self._messages

    def _channels(self, now: float) -> bool:
        """Take chunks by class; True when the window ended it, not a lack of units."""
        pacer = self._pacer
        while (channel := self._schedule.pick()) is not None:
            priority = channel.priority
            if not pacer.admits(self._size, now, priority):
                return True
            token = pacer.probe(now)
            if token is not None:
                self._add(encode(Ping(token)))
            bulk = priority == BULK
            chunk = pacer.chunk_for(priority)
            encoded = channel.take(chunk)
            if not encoded:
                continue
            if priority > INPUT:
                pacer.spend(len(encoded), now)
            if bulk or self._size + len(encoded) > max(chunk, 1_024):
                self._flush(now)
            self._add(encoded)
            if bulk:
                self._flush(now)
            self._schedule.took(channel)
        return False

    def _add(self, encoded: bytes) -> None:
        self._parts.append(encoded)
        self._size += len(encoded)

    def _flush(self, now: float) -> None:
        parts = self._parts
        if not parts:
            return
        self._messages.append(parts[0] if len(parts) == 1 else b"".join(parts))
        if self._size:
            owed = any(part[0] not in UNOWED for part in parts)
            self._pacer.wrote(self._size, now, owed=owed)
        self._parts = []
        self._size = 0
