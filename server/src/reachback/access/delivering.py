"""Handing documents to devices that are linked, and cutting what must end. After commit only.

A device that is not linked gets its documents with its next HELLO; a front that does not answer
changes nothing about what is in force.
"""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from reachback.kernel import front
from reachback.kernel.errors import ReachbackError

_log = logging.getLogger(__name__)


def _ask(path: str, body: dict[str, Any]) -> bool:
    try:
        front.ask(path, body)
    except ReachbackError as error:
        _log.info("%s: %s", path, error.sentence)
        return False
    return True


def send_documents(device_ids: Iterable[UUID], documents: list[dict[str, Any]]) -> int:
    """Send documents to every device that is linked now; return how many got them."""
    return sum(
        _ask(f"/devices/{device_id}/documents", {"documents": documents})
        for device_id in device_ids
    )


def cut_sessions(session_ids: Iterable[UUID], code: str, sentence: str) -> int:
    """Cut live sessions at both ends; return how many the front confirmed."""
    body = {"code": code, "sentence": sentence}
    return sum(_ask(f"/sessions/{session_id}/cut", body) for session_id in session_ids)


def cut_devices(device_ids: Iterable[UUID], code: str, sentence: str) -> int:
    """Cut every channel of devices; return how many the front confirmed."""
    body = {"code": code, "sentence": sentence}
    return sum(_ask(f"/devices/{device_id}/cut", body) for device_id in device_ids)
