"""A lock that is granted in the order it was asked for, and knows how long it was held."""

import threading
from collections import deque

from reachback.kernel import clock

#: Upper bounds of the histogram's classes, in seconds; the last class has no bound.
BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class FairLock:
    """First come, first served. Owned by a connection, not by a thread, so no re-entry here."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Lock] = deque()
        self._since = 0.0
        self.holds = [0] * (len(BOUNDS) + 1)
        self.longest = 0.0

    def acquire(self, *, seconds: float) -> bool:
        """Wait for our turn, at most `seconds`; return whether the lock is ours."""
        with self._guard:
            if not self._held and not self._queue:
                self._take()
                return True
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        if turn.acquire(timeout=seconds):
            return True
        return self._give_up(turn)

    def release(self) -> None:
        """Hand the lock to the one who waits longest."""
        with self._guard:
            self._note(clock.monotonic() - self._since)
            if self._queue:
                self._take()
                self._queue.popleft().release()
            else:
                self._held = False

    def classes(self) -> tuple[tuple[str, int], ...]:
        """How often the lock was held for how long: the class in words and its number."""
        names = [f"≤ {bound * 1000:g} ms" for bound in BOUNDS]
        names.append(f"> {BOUNDS[-1] * 1000:g} ms")
        return tuple(zip(names, self.holds, strict=True))

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._queue)

    def _take(self) -> None:
        self._held = True
        self._since = clock.monotonic()

    def _give_up(self, turn: threading.Lock) -> bool:
        with self._guard:
            if turn in self._queue:
                self._queue.remove(turn)
                return False
            return True  # it was granted between the end of our wait and the guard

    def _note(self, held: float) -> None:
        self.longest = max(self.longest, held)
        place = next((i for i, bound in enumerate(BOUNDS) if held <= bound), len(BOUNDS))
        self.holds[place] += 1


_locks: dict[str, FairLock] = {}
_locks_guard = threading.Lock()


def lock_for(database: str) -> FairLock:
    """Return the one lock of this database file in this process."""
    with _locks_guard:
        return _locks.setdefault(database, FairLock())
