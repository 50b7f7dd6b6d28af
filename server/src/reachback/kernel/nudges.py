"""Nudges: live updates for open pages; in memory, after commit, may be lost, never write."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from reachback.kernel import front
from reachback.kernel.errors import ReachbackError
from reachback.kernel.ids import new_id

_log = logging.getLogger(__name__)
_QUEUE_LENGTH = 2_000
_BATCH = 100
PROVIDER = "provider"


@dataclass(frozen=True, kw_only=True)
class Nudge:
    """One live update: `topic` says what changed, `event` which listeners want it.

    `html` may be a function: it is called after commit, outside the writer lock. `audience` holds
    keys `org:<uuid>`, `user:<uuid>` and `provider`.
    """

    topic: str
    event: str
    audience: frozenset[str]
    html: str | Callable[[], str] = ""
    data: dict[str, Any] = field(default_factory=dict)


_waiting: queue.Queue[dict[str, Any]] = queue.Queue(_QUEUE_LENGTH)
_STOP: dict[str, Any] = {}
_sender: threading.Thread | None = None
_guard = threading.Lock()


def publish(nudge: Nudge) -> None:
    """Hand the nudge to the front after the open transaction commits; never raises for it."""
    transaction.on_commit(lambda: _enqueue(nudge), robust=True)


def _enqueue(nudge: Nudge) -> None:
    html = nudge.html if isinstance(nudge.html, str) else nudge.html()
    _put(
        {
            "id": str(new_id()),
            "topic": nudge.topic,
            "event": nudge.event,
            "html": html,
            "data": nudge.data,
            "audience": sorted(nudge.audience),
        }
    )


def _put(message: dict[str, Any]) -> None:
    while True:
        try:
            _waiting.put_nowait(message)
        except queue.Full:
            _drop_oldest()
        else:
            return


def _drop_oldest() -> None:
    try:
        _waiting.get_nowait()
    except queue.Empty:
        return


def start_sender() -> None:
    """Start the thread that hands nudges to the front. Called once by the web process."""
    global _sender  # noqa: PLW0603 - one sender per process
    with _guard:
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_forever, name="nudges", daemon=True)
            _sender.start()


def stop_sender(*, seconds: float = 5.0) -> None:
    """Send what waits and end the thread. Called once by the web process."""
    global _sender  # noqa: PLW0603 - one sender per process
    with _guard:
        if _sender is not None:
            _put(_STOP)
            _sender.join(timeout=seconds)
            _sender = None


def take_waiting(limit: int = _BATCH) -> list[dict[str, Any]]:
    """Take what waits, oldest first, without blocking."""
    taken: list[dict[str, Any]] = []
    while len(taken) < limit:
        try:
            taken.append(_waiting.get_nowait())
        except queue.Empty:
            break
    return taken


def _send_forever() -> None:
    while True:
        taken = [_waiting.get(), *take_waiting(_BATCH - 1)]
        batch = [message for message in taken if message is not _STOP]
        try:
            if batch:
                front.ask("/nudges", {"nudges": batch})
        except ReachbackError as error:
            _log.warning("%s nudges were lost: %s", len(batch), error.sentence)
        if len(batch) < len(taken):
            return
