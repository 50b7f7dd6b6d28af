"""When the web process did not answer, from the first question in vain to the next answer."""

from collections.abc import Callable

from reachback_gateway.clock import wall_ms

_OWN_STOP_MS = 10_000


class Outage:
    """Told of every answer and every failure; a start-up before the first answer is no outage."""

    __slots__ = ("_seen", "begun", "ended", "failures", "since")

    def __init__(self) -> None:
        self._seen = False
        self.since: int | None = None
        self.failures = 0
        self.begun: Callable[[], None] = lambda: None
        # Called with since and until (ms since 1970) and how many questions were in vain.
        self.ended: Callable[[int, int, int], None] = lambda *_: None

    def failed(self) -> None:
        """The web process did not answer a question."""
        if not self._seen:
            return
        self.failures += 1
        if self.since is None:
            self.since = wall_ms()
            self.begun()

    def answered(self) -> None:
        """The web process answered, whatever it said."""
        self._seen = True
        if self.since is not None:
            since, failures = self.since, self.failures
            self.since, self.failures = None, 0
            self.ended(since, wall_ms(), failures)

    def stop(self) -> None:
        """The front stops in order; an outage as young as this is the same stop, and is none."""
        if self.since is not None and wall_ms() - self.since > _OWN_STOP_MS:
            self.answered()
        self.since = None

    def resume(self, since: int) -> None:
        """Go on with an outage that an earlier front has seen begin."""
        self._seen, self.since = True, since
        self.begun()
