"""When a LINKACK is due: at once for bulk, for two messages or 1 KiB; else with the next frame.

A message that holds nothing but PING, PONG and LINKACK asks for none, so an idle link stays idle.
"""

from typing import Final

ACK_DELAY: Final = 0.025
"""Longest a LINKACK waits for company, in seconds."""
ACK_BYTES: Final = 1_024
ACK_MESSAGES: Final = 2


class Acknowledging:
    """Counts what arrived and was not yet reported to the sender."""

    __slots__ = ("_bytes", "_messages", "_total", "due", "received_at")

    def __init__(self) -> None:
        self._bytes = 0
        self._messages = 0
        self._total = 0
        self.due: float | None = None
        """When a LINKACK must go out; None while nothing is owed."""
        self.received_at = 0.0

    def arrived(self, total: int, now: float, *, bulk: bool) -> None:
        """A message arrived that counts; `total` is the decoder's sum after it."""
        self._messages += 1
        self._bytes += total - self._total
        self._total = total
        self.received_at = now
        if bulk or self._messages >= ACK_MESSAGES or self._bytes >= ACK_BYTES:
            self.due = now
        else:
            self.due = now + ACK_DELAY

    def settle(self, now: float) -> int:
        """A LINKACK is being written: the µs since the newest message."""
        self._bytes = 0
        self._messages = 0
        self.due = None
        return max(0, round((now - self.received_at) * 1_000_000))
