"""The only place in the front that reads a clock; everything below receives the time."""

import time


def wall_ms() -> int:
    """Milliseconds since 1970 UTC, from the operating system."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds on a clock that never goes back; the link's `now`."""
    return time.monotonic()
