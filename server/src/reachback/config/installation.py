"""The data directory: made once, private, with the secrets every process needs."""

import os
import secrets
from pathlib import Path

_FOLDERS = ("run", "keys", "files", "sessions", "recordings", "static")


def prepare(data: Path) -> None:
    """Make the folders (0700) and the secrets (0600) that are missing below `data`."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _FOLDERS:
        (data / name).mkdir(exist_ok=True, mode=0o700)
    make_secret(data / "keys" / "secret_key")
    _make_records_key(data / "keys")
    make_secret(data / "run" / "front.secret")


def _make_records_key(keys: Path) -> None:
    """Make the key that wraps the recordings' keys, unless one is given or was ever used.

    A key that was lost is not replaced: what was sealed under it would stay shut, unnoticed.
    """
    given = any(os.environ.get(f"REACHBACK_RECORDS_KEY{end}") for end in ("", "_FILE", "_COMMAND"))
    if not given and not any((keys / "records").glob("*.json")):
        make_secret(keys / "records_key")


def make_secret(path: Path) -> None:
    """Write 32 random bytes in hexadecimal to `path` unless it exists; never half a file."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(draft, path)  # the first of two racing processes wins, both then read the same
    except FileExistsError:
        pass
    finally:
        draft.unlink()
