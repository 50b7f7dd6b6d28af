"""Small JSON files that survive a power cut: written aside, synced, renamed."""

import contextlib
import json
import os
from pathlib import Path

from reachback_gateway.ports import Json


def write(path: Path, value: Json) -> None:
    """Replace `path` (mode 0600); raises OSError."""
    aside = path.with_suffix(".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "wb") as file:
            file.write(json.dumps(value, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def read(path: Path) -> Json | None:
    """Read an object; None when there is none or it is not whole."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
