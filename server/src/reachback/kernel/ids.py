"""Identifiers: UUID version 7 (RFC 9562), increasing within one process."""

import secrets
import threading
from uuid import UUID

from reachback.kernel import clock

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_COUNTER_BITS = 12
_lock = threading.Lock()
_last: tuple[int, int] = (0, 0)


def new_id() -> UUID:
    """Return a new UUIDv7, greater than every id this process returned before.

    The 12 bits after the version are a counter within one millisecond (RFC 9562 section 6.2,
    method 1); when it overflows, or the clock steps back, the millisecond is carried forward.
    """
    global _last  # noqa: PLW0603 - one generator per process is the point
    with _lock:
        present = clock.milliseconds()
        last_ms, count = _last
        if present > last_ms:
            _last = (present, secrets.randbits(_COUNTER_BITS - 1))
        elif count + 1 < 1 << _COUNTER_BITS:
            _last = (last_ms, count + 1)
        else:
            _last = (last_ms + 1, 0)
        millisecond, counter = _last
    tail = secrets.randbits(62)
    return UUID(int=(millisecond << 80) | _VERSION | (counter << 64) | _VARIANT | tail)
