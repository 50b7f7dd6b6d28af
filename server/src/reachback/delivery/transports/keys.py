"""The installation's VAPID key (RFC 8292): how push services know who sends."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02


def key_file() -> Path:
    """Where the private key is kept, readable by us only."""
    return Path(settings.REACHBACK_DATA) / "keys" / "vapid.pem"


def vapid() -> Vapid02:
    """The key, made on first use; two processes at once end up with the same one."""
    path = key_file()
    if not path.exists():
        _create(path)
    return Vapid02.from_file(str(path))


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(private)
    try:
        os.link(draft, path)  # fails if somebody was faster: theirs stands
    except FileExistsError:
        return
    finally:
        draft.unlink()


def public_key() -> str:
    """What a browser needs to subscribe: the uncompressed point, base64url without padding."""
    point = vapid().public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode("ascii")
