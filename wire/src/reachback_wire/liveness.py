"""When to ask whether the other end is still there, and when to give up (link.md, Liveness).

Times are seconds.
"""

from typing import Final

BUSY_INTERVAL: Final = 5.0
IDLE_FIRST: Final = 55.0
IDLE_MOST: Final = 240.0
PROBES: Final = 2
PROBE_PATIENCE: Final = 10.0
"""Longest wait for the answer to a PING: a dead idle link is noticed soon after its probe."""
PROVEN_TIMES: Final = 3
GROWTH: Final = 1.25
"""Idle intervals grow by a quarter after three proven silences of the current length."""


class IdleInterval:
    """How long this network keeps a silent mapping, learned over connections: keep the object."""

    def __init__(self, first: float = IDLE_FIRST, most: float = IDLE_MOST) -> None:
        self.seconds = first
        self._first = first
        self._most = most
        self._ceiling = most
        self._proven = 0

    def proved(self) -> None:
        """A probe after this much silence was answered."""
        self._proven += 1
        if self._proven >= PROVEN_TIMES:
            self._proven = 0
            self.seconds = min(self.seconds * GROWTH, self._ceiling)

    def failed(self) -> None:
        """A probe after this much silence was not: stay below from now on."""
        self._proven = 0
        self.seconds = max(self.seconds / GROWTH, min(self._first, self.seconds))
        self._ceiling = self.seconds


class Liveness:
    """PING after an interval of silence, twice; then the link is dead."""

    def __init__(self, now: float, idle: IdleInterval | None = None) -> None:
        self.idle = idle if idle is not None else IdleInterval()
        self.busy = False
        self.dead = False
        self._waiting_since = now
        """When the other end was heard last, or asked last."""
        self._spoke_at = now
        self._probes = 0
        self._proving = False

    @property
    def interval(self) -> float:
        """Silence after which the first PING goes out."""
        return BUSY_INTERVAL if self.busy else self.idle.seconds

    @property
    def deadline(self) -> float | None:
        """When :meth:`due` has something to say; None once dead."""
        if self.dead:
            return None
        patience = min(self.interval, PROBE_PATIENCE) if self._probes else self.interval
        return self._waiting_since + patience

    def heard(self, now: float) -> None:
        """Any byte arrived: the other end is there."""
        if self._proving:
            self.idle.proved()
        self._waiting_since = now
        self._probes = 0
        self._proving = False

    def spoke(self, now: float) -> None:
        """Something was written (it refreshes the network's mapping too)."""
        self._spoke_at = now

    def due(self, now: float) -> bool:
        """Whether to send a PING now; sets `dead` when two stayed unanswered."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return False
        if self._probes >= PROBES:
            self.dead = True
            if self._proving:
                self.idle.failed()
            return False
        if not self._probes:
            self._proving = not self.busy and now - self._spoke_at >= self.interval
        self._probes += 1
        self._waiting_since = now
        return True
