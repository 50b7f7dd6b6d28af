"""The log key: signs heads, separate from every other key, in a file outside the database."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from reachback_wire.signing import PrivateKey


def log_key_path() -> Path:
    """Return where the key is kept: `keys/log_ed25519` in the data directory."""
    return Path(settings.REACHBACK_DATA) / "keys" / "log_ed25519"


def log_key() -> PrivateKey:
    """Return the installation's log key (OpenSSH, mode 0600), made on first use.

    Of several processes that make it at once, the first wins and all read the same.
    """
    path = log_key_path()
    if not path.exists():
        _create(path)
    return PrivateKey.from_openssh(path.read_bytes())


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(PrivateKey.generate().to_openssh())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
