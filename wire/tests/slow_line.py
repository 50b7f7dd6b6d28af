"""A line with a rate, a delay and a queue, in virtual time: no clock is read anywhere."""

import heapq
from collections.abc import Callable
from itertools import count

from reachback_wire.link import Event, Link

OVERHEAD = 68
"""IP, TCP, TLS and WebSocket bytes around each message."""


class Simulation:
    """A heap of actions and the virtual time in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (moment, next(self._order), action))

    def run(self, until: float) -> None:
        while self._heap and self._heap[0][0] <= until:
            self.now, _, action = heapq.heappop(self._heap)
            action()
        self.now = until


class Line:
    """Two links joined by a line of `rate` bytes per second and `delay` seconds each way."""

    def __init__(
        self,
        simulation: Simulation,
        links: list[Link],
        handlers: list[Callable[[list[Event]], None]],
        *,
        rate: float,
        delay: float,
    ) -> None:
        self.simulation = simulation
        self.links = links
        self.handlers = handlers
        self.rate = rate
        self.delay = delay
        self.free_at = [0.0, 0.0]
        self.up = True
        self.carried = [0, 0]
        self._armed: list[float | None] = [None, None]

    def pump(self, end: int) -> None:
        """Let `end` write, and wake it at its next deadline."""
        simulation = self.simulation
        if not self.up:
            return
        self.handlers[end](self.links[end].tick(simulation.now))
        for message in self.links[end].transmit(simulation.now):
            begun = max(simulation.now, self.free_at[end])
            self.free_at[end] = begun + (len(message) + OVERHEAD) / self.rate
            simulation.at(self.free_at[end] + self.delay, self._arrival(1 - end, message))
        deadline = self.links[end].next_deadline()
        if deadline is not None and deadline != self._armed[end]:
            self._armed[end] = deadline
            simulation.at(max(deadline, simulation.now), lambda: self._due(end, deadline))

    def _due(self, end: int, deadline: float) -> None:
        if self._armed[end] == deadline:
            self._armed[end] = None
            self.pump(end)

    def _arrival(self, end: int, message: bytes) -> Callable[[], None]:
        def arrive() -> None:
            if self.up:
                self.carried[end] += len(message)
                self.handlers[end](self.links[end].receive(message, self.simulation.now))
                self.pump(end)

        return arrive
