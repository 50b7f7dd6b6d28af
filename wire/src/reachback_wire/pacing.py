"""How much may be outstanding on a link, and how large a chunk is (link.md, Streams).

Delay-based, after BBR (Cardwell et al., 2016): the window is min RTT times delivery rate and
one chunk, measured from LINKACKs, never from socket back-pressure, so that a queue in the network
stays one chunk (≤ 100 ms) long and a keystroke never waits for more than that.

Times are seconds, sizes bytes, rates bytes per second.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from reachback_wire.link_errors import RemoteError

INPUT: Final = 1
BULK: Final = 3

CHUNK_TIME: Final = 0.1
CHUNK_MIN: Final = 512
CHUNK_MAX: Final = 65_536
PIECE_TIME: Final = 0.005
ACK_DELAY: Final = 0.025
"""What the other end may hold a LINKACK back, in seconds."""
LEAST_PRODUCT: Final = 256
"""Small frames under way never stop the other classes, however little the line seems to hold."""
HEAD_MOST: Final = 32
"""Bytes of SEEK and DATA heads around one chunk, at most."""
CHUNK_FIRST: Final = 4_096
BULK_FIRST: Final = 1_024
"""Chunks before the first measurement; the window is four of them."""
CLEAN_MOST: Final = 1_200
"""A message up to this size measures the line's round trip rather than its own length."""
RATE_ROUNDS: Final = 10
MIN_RTT_AGE: Final = 10.0
STARTUP_GAIN: Final = 2.0
STARTUP_GROWTH: Final = 1.25
STARTUP_ROUNDS: Final = 3
SEEK_ROUNDS: Final = 8
SEEK_GAIN: Final = 1.25
QUEUED_FACTOR: Final = 1.25
"""A round trip above this many least ones and a chunk means a queue: the line is full."""
RTT_LEAST: Final = 1e-6
RECORDS_MAX: Final = 1_024
PROBE: Final = b"min rtt?"
"""The PING that measures an empty line."""


@dataclass(slots=True)
class _Sent:
    """One message on its way."""

    end: int
    at: float
    delivered: int
    delivered_at: float
    first_at: float
    clean: bool
    limited: bool = False


class Pacer:
    """The send window of one connection; told of every message and every LINKACK."""

    def __init__(self, now: float) -> None:
        self.sent = 0
        """Bytes of frames written on this connection, LINKACKs excluded."""
        self.delivered = 0
        """The newest LINKACK's total."""
        self.rtt: float | None = None
        """The newest round trip."""
        self.min_rtt: float | None = None
        self.rate = 0.0
        """Windowed maximum of the delivery rate; 0 before the first measurement."""
        self.chunk = CHUNK_FIRST
        self._delivered_at = now
        self._first_at = now
        self._min_rtt_at = now
        self._on_way: deque[_Sent] = deque()
        self._rates: deque[tuple[int, float]] = deque()
        self._round = 0
        self._round_end = 0
        self._full_rate = 0.0
        self._flat_rounds = 0
        self._starting = True
        """The window counts double while the rate grows."""
        self._owed_to = 0
        """What is LINKACKed without further traffic: `sent` after the newest owed message."""
        self._paced_to = now
        self.paced_until: float | None = None
        """When writing may go on although no LINKACK comes; None if the rate does not hold it."""
        self._drain_to: int | None = None
        self._probe_wanted = False
        self._probe_at: float | None = None

    @property
    def outstanding(self) -> int:
        """Bytes written and not yet LINKACKed."""
        return self.sent - self.delivered

    @property
    def product(self) -> float:
        """Min RTT times delivery rate: what fills the line without a queue.

        Double at the start, and a quarter more in two of eight round trips, to see a faster line.
        """
        product = (self.min_rtt or 0.0) * self.rate
        if self._starting:
            return product * STARTUP_GAIN
        return product if self._round % SEEK_ROUNDS > 1 else product * SEEK_GAIN

    def chunk_for(self, priority: int) -> int:
        """The most one unit of this class may hold now.

        Where the line itself holds less than a chunk, quarters of one keep it busy meanwhile.
        """
        if not self.rate:
            return BULK_FIRST if priority == BULK else CHUNK_FIRST
        if self.product >= self.chunk:
            return self.chunk
        piece = max(self.chunk // 4, CHUNK_MIN, int(self.rate * PIECE_TIME))
        return min(piece, self.chunk)

    def admits(self, unsent: int, now: float, priority: int) -> bool:
        """Whether one more chunk of this class may go, with `unsent` bytes in hand already.

        Input may pass the window by one more chunk: waiting here never makes it faster.
        """
        chunk = self.chunk_for(priority)
        wanted = self.outstanding + unsent + chunk
        window = 4.0 * (chunk + HEAD_MOST)
        if self.rate:
            window = max(self.product, LEAST_PRODUCT + self.rate * ACK_DELAY) + self.chunk
        if priority <= INPUT:
            return wanted <= window + max(self.chunk, CHUNK_FIRST)
        return self._drained(now) and wanted <= window and not self._hurried(now)

    def _hurried(self, now: float) -> bool:
        """Whether more than a chunk's time was written ahead of the rate (after a drain, say)."""
        if self._paced_to - now <= CHUNK_TIME + 1e-6 or not self.rate:
            return False
        self.paced_until = self._paced_to - CHUNK_TIME
        return True

    def _drained(self, now: float) -> bool:
        """False while the line is being emptied, to see the least round trip again."""
        if self._drain_to is None:
            if not self.rate or now - self._min_rtt_at <= MIN_RTT_AGE:
                return True
            self._drain_to = self._owed_to
        if self.delivered < self._drain_to:
            return False
        self._drain_to = None
        self._min_rtt_at = now
        self._probe_wanted = True
        return True

    def spend(self, size: int, now: float) -> None:
        """Classes 2 and 3 take `size` bytes of the rate; the debt is bounded, the rate may err."""
        if self.rate:
            gain = 2 * STARTUP_GAIN if self._starting else SEEK_GAIN
            paced_to = max(self._paced_to, now) + size / (self.rate * gain)
            self._paced_to = min(paced_to, now + 2 * CHUNK_TIME)

    def wrote(self, size: int, now: float, *, owed: bool = True) -> None:
        """A message of `size` counted bytes was written; `owed`: a LINKACK will come for it."""
        clean = self.delivered >= self._owed_to
        if clean:
            self._first_at = now
            self._delivered_at = now
        self.sent += size
        if owed:
            self._owed_to = self.sent
        if len(self._on_way) >= RECORDS_MAX:
            self._on_way[-1].end = self.sent
            return
        self._on_way.append(
            _Sent(
                end=self.sent,
                at=now,
                delivered=self.delivered,
                delivered_at=self._delivered_at,
                first_at=self._first_at,
                clean=clean and size <= CLEAN_MOST,
            )
        )

    def blocked(self, *, since: int) -> None:
        """The window, not a lack of units, ended the writing that began at total `since`."""
        for sent in reversed(self._on_way):
            if sent.end <= since:
                return
            sent.limited = True

    @property
    def records(self) -> int:
        """Messages remembered until their LINKACK: bounded, whatever the other end withholds."""
        return len(self._on_way)

    def acknowledged(self, total: int, delay: float, now: float) -> None:
        """A LINKACK arrived; RemoteError when it claims bytes that were never written."""
        if total > self.sent:
            raise RemoteError("linkack", "More bytes were acknowledged than were written.")
        newest: _Sent | None = None
        while self._on_way and self._on_way[0].end <= total:
            newest = self._on_way.popleft()
        self.delivered = max(self.delivered, total)
        if newest is None:
            return
        arrived = max(now - delay, newest.at, self._delivered_at)
        self._measure_rtt(newest, max(now - newest.at - delay, RTT_LEAST), now)
        self._measure_rate(newest, arrived)
        self._delivered_at = arrived
        self._first_at = newest.at
        self._count_round(newest)
        self._end_start(now - newest.at - delay)
        wanted = int(self.rate * CHUNK_TIME)
        if self.rate:
            self.chunk = min(max(wanted, CHUNK_MIN), CHUNK_MAX)

    def probe(self, now: float) -> bytes | None:
        """The token of a PING to send now that the line is empty; None when none is wanted."""
        if not self._probe_wanted:
            return None
        self._probe_wanted = False
        self._probe_at = now
        return PROBE

    def probed(self, token: bytes, now: float) -> None:
        """A PONG came: the round trip of an empty line, if it answers :meth:`probe`."""
        if token == PROBE and self._probe_at is not None:
            self.min_rtt = now - self._probe_at
            self._min_rtt_at = now
            self._probe_at = None

    def _measure_rtt(self, newest: _Sent, rtt: float, now: float) -> None:
        self.rtt = rtt
        old = now - self._min_rtt_at > MIN_RTT_AGE
        if self.min_rtt is None or rtt <= self.min_rtt or (old and newest.clean):
            self.min_rtt = rtt
            self._min_rtt_at = now

    def _measure_rate(self, newest: _Sent, arrived: float) -> None:
        interval = max(arrived - newest.delivered_at, newest.at - newest.first_at)
        if interval <= 0:
            return
        rate = (self.delivered - newest.delivered) / interval
        if not newest.limited and rate <= max(self.rate, self._assumed):
            return
        rates = self._rates
        while rates and rates[-1][1] <= rate:
            rates.pop()
        rates.append((self._round, rate))
        while rates[0][0] < self._round - RATE_ROUNDS:
            rates.popleft()
        self.rate = rates[0][1]

    @property
    def _assumed(self) -> float:
        """The rate the first window stands for: traffic below it says nothing about the line."""
        return 4 * CHUNK_FIRST / self.min_rtt if self.min_rtt else 0.0

    def _count_round(self, newest: _Sent) -> None:
        if newest.delivered < self._round_end:
            return
        self._round += 1
        self._round_end = self.delivered
        if not newest.limited:
            return
        if self.rate >= self._full_rate * STARTUP_GROWTH:
            self._full_rate = self.rate
            self._flat_rounds = 0
            return
        self._flat_rounds += 1

    def _end_start(self, rtt: float) -> None:
        """A queue stands in the line, or the rate stopped growing: drain it and measure anew."""
        queued = self.rate and rtt > (self.min_rtt or 0.0) * QUEUED_FACTOR + CHUNK_TIME
        if self._starting and (queued or self._flat_rounds >= STARTUP_ROUNDS):
            self._starting = False
            self._min_rtt_at = float("-inf")
