"""The helper's socket as its clients see it: one JSON object a line, one answer to each."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from reachback_connector import unix
from reachback_connector.errors import HelperRefused, HelperUnavailable

LINE_LIMIT = 1 << 20


def encode(value: dict[str, Any]) -> bytes:
    """One line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The object in a line; ValueError when there is none."""
    value = json.loads(line)
    if isinstance(value, dict):
        return value
    raise ValueError("A line holds one JSON object.")


def answer_of(value: dict[str, Any]) -> dict[str, Any]:
    """The answer without its frame; HelperRefused when it is a refusal."""
    if "error" in value:
        error = value["error"]
        raise HelperRefused(str(error.get("code", "")), str(error.get("sentence", "")))
    return value


def ask(path: Path, request: dict[str, Any], *, timeout: float = 10.0) -> dict[str, Any]:
    """Ask the helper once, blocking. HelperUnavailable, HelperRefused."""
    deadline = time.monotonic() + timeout
    try:
        with unix.connect(path, timeout=timeout) as client:
            client.sendall(encode(request))
            received = bytearray()
            while not received.endswith(b"\n"):
                client.settimeout(max(0.01, deadline - time.monotonic()))
                part = client.recv(65_536)
                if not part or len(received) > 64 * LINE_LIMIT:
                    raise ConnectionError("the answer ended early")
                received += part
    except OSError as error:
        raise HelperUnavailable(
            "helper-unavailable", f"The root helper does not answer on {path}: {error}."
        ) from error
    return answer_of(decode(bytes(received)))
