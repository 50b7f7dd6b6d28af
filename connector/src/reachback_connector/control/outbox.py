"""Reports and check results on their way: kept on disk until the web process has accepted them."""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path
from typing import Any, Final

from reachback_connector.durable import Journal
from reachback_connector.errors import StateError
from reachback_wire.units import CtrlUnit, Unit

MOST: Final = 2_000
BODY_LIMIT: Final = 16_384
_log = logging.getLogger("reachback.control")


class Outbox:
    """One standing channel's messages, oldest first; each has an `id`, so repeats are safe."""

    def __init__(self, path: Path) -> None:
        self._items: list[tuple[int, dict[str, Any]]] = []
        self._journal: Journal | None = None
        try:
            self._journal = Journal(path)
            self._items = [(int(v["kind"]), v["body"]) for v in self._journal if "body" in v]
        except (StateError, KeyError, ValueError, TypeError) as error:
            _log.warning("%s starts empty: %s", path, error)
            path.unlink(missing_ok=True)
            self._items = []

    def __len__(self) -> int:
        return len(self._items)

    def add(self, kind: int, body: dict[str, Any]) -> None:
        """Keep a message; beyond 2,000 the oldest ones go. A full disk keeps it in memory only."""
        message = {"id": secrets.token_hex(8), **body}
        self._items.append((kind, message))
        try:
            if self._journal is not None:
                self._journal.append({"kind": kind, "body": message})
        except StateError as error:
            _log.warning("%s", error.sentence)
        if len(self._items) > MOST:
            self.forget(len(self._items) - MOST)

    def forget(self, count: int) -> None:
        """The oldest `count` messages were accepted."""
        del self._items[:count]
        try:
            if self._journal is not None:
                self._journal.rewrite([{"kind": k, "body": b} for k, b in self._items])
        except StateError as error:
            _log.warning("%s", error.sentence)

    def at(self, index: int) -> tuple[int, bytes] | None:
        """The message at `index` as kind and JSON bytes."""
        if not 0 <= index < len(self._items):
            return None
        kind, body = self._items[index]
        return kind, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class StandingSource:
    """An outbox as a link's `Source`: on each connection its messages stand at 0, 1, 2, …"""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._forgotten = 0

    @property
    def end(self) -> int:
        return self._forgotten + len(self._outbox)

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The message at `offset`."""
        found = self._outbox.at(offset - self._forgotten)
        return CtrlUnit(found[0], found[1][:BODY_LIMIT]) if found else None

    def acknowledged(self, offset: int) -> None:
        """Everything below `offset` is with the web process."""
        count = min(offset, self.end) - self._forgotten
        if count > 0:
            self._forgotten += count
            self._outbox.forget(count)
