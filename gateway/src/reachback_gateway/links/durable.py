"""Small JSON files that survive a power cut: written aside, synced, renamed."""

import json
import os
from pathlib import Path

from reachback_gateway.ports import Json


def write(path: Path, value: Json) -> None:
    """Replace `path` (mode 0600); raises OSError."""
    aside = path.with_suffix(".new")
    put(aside, value)
    settle(aside, path)


def put(aside: Path, value: Json) -> None:
    """Write a file of its own (mode 0600) that a killed process leaves whole; raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "wb") as file:
            file.write(json.dumps(value, ensure_ascii=False).encode())
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def settle(aside: Path, path: Path) -> None:
    """Let `aside` take the place of `path` once it is on the disk; raises OSError."""
    try:
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def read(path: Path) -> Json | None:
    """Read an object; None when there is none or it is not whole."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
