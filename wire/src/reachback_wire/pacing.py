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
        self._drain_to: int | None = None
        self._probe_wanted = False
        self._probe_at: float | None = None

    @property
    def outstanding(self) -> int:
        """Bytes written and not yet LINKACKed."""
        return self.sent - self.delivered

    @property
    def starting(self) -> bool:
        """The rate still grows by a quarter per round: the window doubles."""
        return self._flat_rounds < STARTUP_ROUNDS

    @property
    def product(self) -> float:
        """Min RTT times delivery rate: what fills the line without a queue; at the start double."""
        product = (self.min_rtt or 0.0) * self.rate
        return product * STARTUP_GAIN if self.starting else product

    def chunk_for(self, priority: int) -> int:
        """The most one unit of this class may hold now."""
        return BULK_FIRST if priority == BULK and not self.rate else self.chunk

    def admits(self, unsent: int, now: float, priority: int) -> bool:
        """Whether one more chunk of this class may go, with `unsent` bytes in hand already.

        Input may pass the window by one more chunk: waiting here never makes it faster.
        """
        outstanding = self.outstanding + unsent
        if priority <= INPUT:
            return outstanding <= self._allowance(priority) + max(self.chunk, CHUNK_FIRST)
        if self._drained(now):
            return outstanding <= self._allowance(priority)
        return False

    def _allowance(self, priority: int) -> float:
        if not self.rate:
            return 3 * self.chunk_for(priority)
        return self.product

    def _drained(self, now: float) -> bool:
        """False while the line is being emptied, to see the least round trip again."""
        if self._drain_to is None:
            if not self.rate or now - self._min_rtt_at <= MIN_RTT_AGE:
                return True
            self._drain_to = self.sent
        if self.delivered < self._drain_to:
            return False
        self._drain_to = None
        self._min_rtt_at = now
        self._probe_wanted = True
        return True

    def wrote(self, size: int, now: float) -> None:
        """A message of `size` counted bytes was written."""
        clean = not self.outstanding
        if clean:
            self._first_at = now
            self._delivered_at = now
        self.sent += size
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
        if self._flat_rounds == STARTUP_ROUNDS:
            self._min_rtt_at = -MIN_RTT_AGE  # drain what the doubled window left in the line
