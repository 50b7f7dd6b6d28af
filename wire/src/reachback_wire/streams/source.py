"""Where units to send come from: one Protocol, many rooms that answer it."""

from typing import Protocol

from reachback_wire.units import Unit


class Source(Protocol):
    """Where a link takes a channel's units from: a buffer, a spool, a file or a recording."""

    @property
    def end(self) -> int:
        """The offset produced up to."""

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The unit at exactly `offset`, DATA cut to `max_bytes`; None when there is none yet."""
