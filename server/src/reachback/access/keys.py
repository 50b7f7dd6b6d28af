"""The provider's grant key: made once, kept by the web process, never known to the front."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from reachback_wire.signing import PrivateKey


def _path() -> Path:
    return Path(settings.REACHBACK_DATA) / "keys" / "grant_ed25519"


@lru_cache(maxsize=4)
def _read(path: Path) -> PrivateKey:
    if not path.exists():
        _make(path)
    return PrivateKey.from_openssh(path.read_bytes())


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(PrivateKey.generate().to_openssh())
    try:
        os.link(draft, path)  # the first of two racing processes wins, both then read the same
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def grant_key() -> PrivateKey:
    """Return the key that signs grants and the provider's narrowings."""
    return _read(_path())


def grant_public_line() -> str:
    """Return the public line a customer names in a contract (`provider.grant_keys`)."""
    return grant_key().public_line
