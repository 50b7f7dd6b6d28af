"""Asking the helper for receipts without ever waiting for it.

Receipts are wanted at the start, every 10 s or 1 MiB of testimony, and at the end. While the
helper is away the wish is kept and repeated; the terminal never notices.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from reachback_connector import lines, unix
from reachback_connector.holder.testimony import Testimony

EVERY_SECONDS = 10.0
EVERY_BYTES = 1 << 20
_PATIENCE = 5.0
_RETRY = 1.0


class ReceiptDesk:
    """What was asked for, what is still wanted. Times are monotonic seconds."""

    def __init__(self, path: Path, key: str, testimony: Testimony, grant: str = "") -> None:
        self._path = path
        self._key = key
        self._testimony = testimony
        self._wanted: list[str] = []
        self._socket: socket.socket | None = None
        self._received = bytearray()
        self._asked_at = 0.0
        self._retry_at = 0.0
        self._event = ""
        self._last_leaves = 0
        self._last_offset = 0
        self._last_at = 0.0
        self.note = ""
        self.grant = grant  # digest of the one in force
        self.complete = False

    def want(self, event: str) -> None:
        """`start`, `progress` or `end`; a second `progress` is the same wish."""
        if event not in self._wanted and not self.complete:
            self._wanted.append(event)

    def due(self, now: float) -> None:
        """Want a progress receipt when enough time or testimony has passed since the last one."""
        standing = self._testimony.standing
        if standing.leaves == self._last_leaves or self._wanted or self._socket:
            return
        if (
            now - self._last_at >= EVERY_SECONDS
            or standing.offset - self._last_offset >= EVERY_BYTES
        ):
            self.want("progress")

    @property
    def deadline(self) -> float | None:
        """When to call `tick` again."""
        if self._socket is not None:
            return self._asked_at + _PATIENCE
        if self._wanted:
            return self._retry_at
        return None

    @property
    def socket(self) -> socket.socket | None:
        return self._socket

    def tick(self, now: float, clock: int) -> None:
        """Send the next wish when the line is free; give up on an answer that does not come."""
        if self._socket is not None and now - self._asked_at >= _PATIENCE:
            self._failed(now)
        if self._socket is None and self._wanted and now >= self._retry_at:
            self._ask(now, clock)

    def _ask(self, now: float, clock: int) -> None:
        self._testimony.output_leaf(clock)
        standing = self._testimony.standing
        self._event = self._wanted[0]
        request = {
            "do": "receipt",
            "key": self._key,
            "event": self._event,
            "leaves": standing.leaves,
            "head": standing.head,
            "offset": standing.offset,
            "note": self.note,
            "grant": self.grant,
        }
        self._last_leaves, self._last_offset = standing.leaves, standing.offset
        self._last_at = self._asked_at = now
        try:
            self._socket = unix.connect(self._path, timeout=0.0)
            self._socket.sendall(lines.encode(request))
        except OSError:
            self._failed(now)

    def read(self, now: float) -> None:
        """The helper's line is readable."""
        if self._socket is None:
            return
        try:
            part = self._socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self._received += part
        if not part:
            self._failed(now)
        elif self._received.endswith(b"\n"):
            self._answered(now)

    def _answered(self, now: float) -> None:
        try:
            value: dict[str, Any] = lines.decode(bytes(self._received))
        except ValueError:
            self._failed(now)
            return
        if "receipt" not in value:
            self._failed(now)
            return
        self._hang_up()
        self._wanted.remove(self._event)
        self._testimony.receipt(value["receipt"])
        self.complete = self._event == "end"

    def _failed(self, now: float) -> None:
        self._hang_up()
        self._retry_at = now + _RETRY

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._received.clear()
