"""SSHSIG (OpenSSH PROTOCOL.sshsig): check one armoured Ed25519 signature, plain or FIDO (`sk-`)."""

import base64
import binascii
import struct
from hashlib import sha256, sha512

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reachback.access.verifier.failures import Untrusted

_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_PLAIN = b"ssh-ed25519"
_FIDO = b"sk-ssh-ed25519@openssh.com"
_USER_PRESENT = 0x01


class _Bad(ValueError):
    """The armour is not a signature of the demanded form."""


class _Reader:
    """Strings of the SSH wire format, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise _Bad
        self._at += count
        return self._data[self._at - count : self._at]

    def string(self) -> bytes:
        (length,) = struct.unpack(">I", self.take(4))
        return self.take(length)

    def end(self) -> None:
        if self._at != len(self._data):
            raise _Bad


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _unarmour(armour: str) -> bytes:
    lines = armour.removesuffix("\n").split("\n")
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise _Bad
    text = "".join(lines[1:-1])
    blob = base64.b64decode(text, validate=True)
    if base64.b64encode(blob).decode() != text:
        raise _Bad
    return blob


def _check_raw(public: bytes, signature: bytes, signed: bytes) -> None:
    key, given = _Reader(public), _Reader(signature)
    kind = key.string()
    if kind not in (_PLAIN, _FIDO) or given.string() != kind:
        raise _Bad
    point = key.string()
    raw = given.string()
    if kind == _FIDO:
        application = key.string()
        flags, counter = given.take(1), given.take(4)
        if not flags[0] & _USER_PRESENT:
            raise _Bad
        signed = sha256(application).digest() + flags + counter + sha256(signed).digest()
    key.end()
    given.end()
    Ed25519PublicKey.from_public_bytes(point).verify(raw, signed)


def _signer(armour: str, namespace: str, message: bytes) -> str:
    blob = _Reader(_unarmour(armour))
    if blob.take(6) != b"SSHSIG" or blob.take(4) != b"\x00\x00\x00\x01":
        raise _Bad
    public, space, reserved = blob.string(), blob.string(), blob.string()
    algorithm, signature = blob.string(), blob.string()
    blob.end()
    if space != namespace.encode() or reserved != b"" or algorithm != b"sha512":
        raise _Bad
    digest = sha512(message).digest()
    signed = b"SSHSIG" + b"".join(_string(part) for part in (space, reserved, algorithm, digest))
    _check_raw(public, signature, signed)
    return f"{_Reader(public).string().decode()} {base64.b64encode(public).decode()}"


def signer(armour: str, namespace: str, message: bytes) -> str:
    """Return the public key line that signed `message` in `namespace`; raise Untrusted."""
    try:
        return _signer(armour, namespace, message)
    except (_Bad, InvalidSignature, ValueError, binascii.Error, UnicodeDecodeError) as error:
        msg = f"A signature in the file ({namespace}) does not hold."
        raise Untrusted(msg) from error


def fingerprint(line: str) -> str:
    """Return a key's fingerprint as OpenSSH prints it."""
    blob = base64.b64decode(line.split(" ")[1])
    return "SHA256:" + base64.b64encode(sha256(blob).digest()).decode().rstrip("=")
