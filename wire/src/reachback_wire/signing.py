"""Signatures: OpenSSH's SSHSIG (PROTOCOL.sshsig) with Ed25519 and FIDO `sk-ssh-ed25519` keys.

The only module beside `sealing` that uses `cryptography`, and it loads it only when a key is first
made, used or checked: a device's control process that merely carries documents stays small.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from reachback_wire.refusals import Code, Refusal

ED25519: Final = "ssh-ed25519"
SK_ED25519: Final = "sk-ssh-ed25519@openssh.com"
_MAGIC: Final = b"SSHSIG"
_HASH: Final = b"sha512"
_USER_PRESENT: Final = 0x01
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_COLUMNS: Final = 70  # as ssh-keygen wraps it
_MAX_ARMOUR: Final = 4096
_KEY_LENGTH: Final = 32
_SIGNATURE_LENGTH: Final = 64
_LINE: Final = re.compile(r"(ssh-ed25519|sk-ssh-ed25519@openssh\.com) ([A-Za-z0-9+/=]+)")


class BadSignature(Refusal):
    """A signature that does not stand: broken, of another namespace, or by a key not allowed."""

    def __init__(self, sentence: str, code: Code = "bad-signature") -> None:
        super().__init__(code, sentence)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An OpenSSH public key: `kind`, 32 `raw` bytes, `application` (FIDO keys only)."""

    kind: str
    raw: bytes
    application: bytes = b""

    @classmethod
    def parse(cls, line: str) -> "PublicKey":
        """Read an OpenSSH public line without comment; raises BadSignature (`malformed`)."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadSignature("A key is not an OpenSSH Ed25519 public line.", "malformed")
        key = cls.from_blob(_decode_base64(match[2]))
        if key.line != line:
            raise BadSignature("A key is not written the way OpenSSH writes it.", "malformed")
        return key

    @classmethod
    def from_blob(cls, blob: bytes) -> "PublicKey":
        reader = _Reader(blob)
        kind = reader.string().decode("ascii", "replace")
        raw = reader.string()
        application = reader.string() if kind == SK_ED25519 else b""
        reader.finish()
        if kind not in {ED25519, SK_ED25519} or len(raw) != _KEY_LENGTH:
            raise BadSignature("A key is of a kind we do not use.", "malformed")
        return cls(kind, raw, application)

    @property
    def blob(self) -> bytes:
        tail = _string(self.application) if self.kind == SK_ED25519 else b""
        return _string(self.kind.encode()) + _string(self.raw) + tail

    @property
    def line(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        return sha256_fingerprint(self.blob)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An Ed25519 private key held as its 32-byte seed; never printed."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "PrivateKey":
        return cls(secrets.token_bytes(_KEY_LENGTH))

    @classmethod
    def from_openssh(cls, data: bytes, passphrase: bytes | None = None) -> "PrivateKey":
        """Read `-----BEGIN OPENSSH PRIVATE KEY-----`; raises ValueError when it is not one."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  lazy by design
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

        key = serialization.load_ssh_private_key(data, passphrase)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise ValueError("The key is not an Ed25519 key.")  # noqa: TRY004  a wrong file
        return cls(key.private_bytes_raw())

    def to_openssh(self) -> bytes:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  lazy by design
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )

    @property
    def public(self) -> PublicKey:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  lazy

        key = ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)
        return PublicKey(ED25519, key.public_key().public_bytes_raw())

    @property
    def public_line(self) -> str:
        return self.public.line

    @property
    def fingerprint(self) -> str:
        return self.public.fingerprint

    def raw_signature(self, message: bytes) -> bytes:
        """Sign bytes with plain Ed25519 (64 bytes); documents use `sign`."""
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  lazy

        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def sign(key: PrivateKey, namespace: str, message: bytes) -> str:
    """Make an armoured SSHSIG over `message` in `namespace`, as `ssh-keygen -Y sign` does."""
    signature = key.raw_signature(to_be_signed(namespace, message))
    blob = _string(ED25519.encode()) + _string(signature)
    return armour(_envelope(key.public, namespace, blob))


def verify(armoured: str, namespace: str, message: bytes, allowed: Collection[str]) -> str:
    """Check an armoured SSHSIG and give the public line that made it.

    `allowed` holds public lines. Raises BadSignature with code `wrong-namespace`, `unknown-key`
    or `bad-signature` (also for a FIDO signature made without touching the key).
    """
    key, found, signature = _open(armoured)
    if found != namespace:
        raise BadSignature(
            f"The signature was made for “{found[:64]}”, not for “{namespace}”.",
            "wrong-namespace",
        )
    if key.line not in allowed:
        raise BadSignature(f"The key {key.fingerprint} may not sign this.", "unknown-key")
    raw, message = _signed_bytes(key, signature, to_be_signed(namespace, message))
    if not _raw_verify(key.raw, raw, message):
        raise BadSignature("The signature does not match the text.")
    return key.line


def signer(armoured: str) -> str:
    """Name the key an armoured signature claims, unchecked."""
    return _open(armoured)[0].line


def fingerprint(public_line: str) -> str:
    """Print a public line's fingerprint as OpenSSH does (`SHA256:…`)."""
    return PublicKey.parse(public_line).fingerprint


def sha256_fingerprint(data: bytes) -> str:
    """`SHA256:` and unpadded base64, OpenSSH's way to print a digest."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def to_be_signed(namespace: str, message: bytes) -> bytes:
    """Build the blob that the key signs (PROTOCOL.sshsig section 3)."""
    hashed = hashlib.sha512(message).digest()
    return _MAGIC + b"".join(map(_string, (namespace.encode(), b"", _HASH, hashed)))


def armour(blob: bytes) -> str:
    """Wrap a signature blob the way ssh-keygen prints it."""
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _envelope(key: PublicKey, namespace: str, signature: bytes) -> bytes:
    version = (1).to_bytes(4, "big")
    parts = (key.blob, namespace.encode(), b"", _HASH, signature)
    return _MAGIC + version + b"".join(map(_string, parts))


def _open(armoured: str) -> tuple[PublicKey, str, bytes]:
    lines = armoured.strip().split("\n")
    if len(armoured) > _MAX_ARMOUR or lines[0].strip() != _BEGIN or lines[-1].strip() != _END:
        raise BadSignature("The signature is not an SSH signature.")
    reader = _Reader(_decode_base64("".join(line.strip() for line in lines[1:-1])))
    if reader.take(len(_MAGIC)) != _MAGIC or reader.take(4) != (1).to_bytes(4, "big"):
        raise BadSignature("The signature is of a version we do not know.")
    key = PublicKey.from_blob(reader.string())
    namespace = reader.string().decode("utf-8", "replace")
    reserved, hashed, signature = reader.string(), reader.string(), reader.string()
    reader.finish()
    if reserved or hashed != _HASH:
        raise BadSignature("The signature does not use SHA-512.")
    return key, namespace, signature


def _signed_bytes(key: PublicKey, signature: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Give the 64-byte signature and the bytes it covers, after the FIDO rules."""
    reader = _Reader(signature)
    kind, raw = reader.string(), reader.string()
    if kind != key.kind.encode() or len(raw) != _SIGNATURE_LENGTH:
        raise BadSignature("The signature is of another kind than its key.")
    if key.kind == SK_ED25519:
        flags, counter = reader.take(1), reader.take(4)
        if not flags[0] & _USER_PRESENT:
            raise BadSignature("The security key was not touched when it signed.")
        hashed = hashlib.sha256(message).digest()
        message = hashlib.sha256(key.application).digest() + flags + counter + hashed
    reader.finish()
    return raw, message


def _raw_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  lazy by design
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("The signature or key is not base64.", "malformed") from error


class _Reader:
    """Reads SSH wire strings; a short buffer or rest is a BadSignature."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, length: int) -> bytes:
        if len(self._data) < length:
            raise BadSignature("The signature or key is cut short.", "malformed")
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))

    def finish(self) -> None:
        if self._data:
            raise BadSignature("The signature or key is longer than it says.", "malformed")
