"""What the target sends through a tunnel, on its way into the channel's units."""

from __future__ import annotations

import hashlib

from reachback_connector.holder.testimony import Testimony


class Arriving:
    """The direction target → technician: counted, hashed, testified; its end said once."""

    def __init__(self, testimony: Testimony) -> None:
        self._testimony = testimony
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def take(self, data: bytes | None, now: int) -> None:
        """What one read gave: None for nothing, b"" for the end of the target's half."""
        if data is None:
            return
        if not data:
            self._testimony.half_end(now)
            return
        self.bytes += len(data)
        self._digest.update(data)
        self._testimony.output(data, now)
