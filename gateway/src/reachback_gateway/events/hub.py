"""Who gets which nudge, and what a returning browser missed.

Each audience key keeps a short ring of what was pushed to it. A browser that returns with
Last-Event-ID gets what it missed when the rings still hold all of it, and the event `reload` when
they do not (too long ago, or the front was restarted).
"""

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reachback_gateway.ports import Nudge, Viewer

_RING = 256
# A page is rendered a moment before its stream opens: what was pushed in between would be missed.
# Rows carry their version, so that a page ignores what it has already.
_BEFORE_JOINING = 10.0  # seconds
_RINGS = 20_000


@dataclass(frozen=True, slots=True)
class Pushed:
    """One nudge with its place in the front's order, encoded once for everybody."""

    sequence: int
    data: bytes
    audience: frozenset[str]
    at: float = 0.0  # monotonic seconds


@dataclass(slots=True)
class Ring:
    """The newest of what one audience key was sent; `lost` is the highest sequence dropped."""

    kept: deque[Pushed] = field(default_factory=deque)
    lost: int = 0

    def add(self, pushed: Pushed) -> None:
        self.kept.append(pushed)
        if len(self.kept) > _RING:
            self.lost = self.kept.popleft().sequence


class Stream:
    """One browser's stream: a bounded queue; a full one means a slow reader and ends it."""

    __slots__ = ("_most", "cut", "ended", "queue", "ready", "viewer")

    def __init__(self, viewer: Viewer, most: int) -> None:
        self.viewer = viewer
        # Set by whoever writes: ends a write that waits for a reader who does not read.
        self.cut: Callable[[], None] | None = None
        self.queue: deque[bytes] = deque()
        self.ended = ""
        self.ready = asyncio.Event()
        self._most = most

    def push(self, data: bytes) -> None:
        if len(self.queue) >= self._most:
            self.end("slow-reader")
            self.queue.clear()
            if self.cut is not None:
                self.cut()
            return
        self.queue.append(data)
        self.ready.set()

    def end(self, reason: str) -> None:
        self.ended = self.ended or reason
        self.ready.set()


class Hub:
    """All streams of this front; implements NudgeSink."""

    def __init__(self, *, queue: int, per_user: int) -> None:
        # The epoch tells a restarted front's event ids from its predecessor's.
        self.epoch = secrets.token_hex(4)
        self.sequence = 0
        self._queue = queue
        self._per_user = per_user
        self._by_key: dict[str, set[Stream]] = {}
        self._rings: dict[str, Ring] = {}
        self._forgotten = 0
        self.streams: set[Stream] = set()

    def join(self, viewer: Viewer, last: str) -> Stream:
        """Open a stream, filled with what was missed since event id `last` ("" for none)."""
        mine = [stream for stream in self.streams if stream.viewer.user == viewer.user]
        if len(mine) >= self._per_user:
            mine[0].end("too-many")
        stream = Stream(viewer, self._queue)
        stream.push(b"retry: 2000\n\n")
        for data in self._missed(viewer, last):
            stream.push(data)
        self.streams.add(stream)
        for key in viewer.audience:
            self._by_key.setdefault(key, set()).add(stream)
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream; repeating it changes nothing."""
        self.streams.discard(stream)
        for key in stream.viewer.audience:
            members = self._by_key.get(key)
            if members is not None:
                members.discard(stream)
                if not members:
                    del self._by_key[key]

    def publish(self, nudge: Nudge) -> int:
        """Push to every stream whose audience matches; returns how many."""
        self.sequence += 1
        data = encode(nudge, f"{self.epoch}-{self.sequence}")
        pushed = Pushed(self.sequence, data, nudge.audience, time.monotonic())
        reached: set[Stream] = set()
        for key in nudge.audience:
            self._ring(key).add(pushed)
            reached |= self._by_key.get(key, set())
        for stream in reached:
            stream.push(data)
        return len(reached)

    def end(self, audience: frozenset[str]) -> int:
        """End the streams of those people (sign-out, changed rights); returns how many."""
        ended = [stream for stream in self.streams if stream.viewer.audience & audience]
        for stream in ended:
            stream.end("rights-changed")
        return len(ended)

    def end_all(self) -> None:
        for stream in self.streams:
            stream.end("front-stops")

    def _ring(self, key: str) -> Ring:
        ring = self._rings.get(key)
        if ring is None:
            if len(self._rings) >= _RINGS:
                oldest = next(iter(self._rings))
                del self._rings[oldest]
                self._forgotten = self.sequence
            ring = self._rings[key] = Ring(lost=self._forgotten)
        return ring

    def _missed(self, viewer: Viewer, last: str) -> list[bytes]:
        epoch, _, number = last.partition("-")
        if not last:
            return self._just_pushed(viewer)
        if epoch != self.epoch or not number.isdigit():
            return [self._reload()]
        since = int(number)
        missed: dict[int, bytes] = {}
        for key in viewer.audience:
            ring = self._rings.get(key)
            if (ring.lost if ring else self._forgotten) > since:
                return [self._reload()]
            for pushed in ring.kept if ring else ():
                if pushed.sequence > since:
                    missed[pushed.sequence] = pushed.data
        if len(missed) >= self._queue - 1:
            return [self._reload()]
        return [missed[sequence] for sequence in sorted(missed)]

    def _just_pushed(self, viewer: Viewer) -> list[bytes]:
        """What a page that was rendered just now may not have seen."""
        since = time.monotonic() - _BEFORE_JOINING
        rings = [self._rings[key] for key in viewer.audience if key in self._rings]
        fresh = {p.sequence: p.data for ring in rings for p in ring.kept if p.at >= since}
        return [fresh[sequence] for sequence in sorted(fresh)][-(self._queue // 2) :]

    def _reload(self) -> bytes:
        return f"id: {self.epoch}-{self.sequence}\nevent: reload\ndata: {{}}\n\n".encode()


def encode(nudge: Nudge, identity: str) -> bytes:
    """Return the event's text: `id` and, as one line of JSON, {event, topic, html, data}.

    No `event:` line: an EventSource hands unnamed events to one listener, and new names need none.
    """
    told = {"event": nudge.event, "topic": nudge.topic, "html": nudge.html, "data": nudge.data}
    # JSON escapes line ends, so one `data:` line is enough; U+2028 is harmless in an event stream.
    data = json.dumps(told, ensure_ascii=False)
    return f"id: {identity}\ndata: {data}\n\n".encode("utf-8", "replace")
