"""Sealing: how recordings and the command index lie on the provider's disk (recording.md).

A *records key* of the installation wraps one *data key* per organisation; a file is sealed chunk
by chunk under a key of its own, so that a reader can seek and a crash leaves whole chunks. The
hash chain is over what is inside. Loads `cryptography` only when a key is first used.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from reachback_wire import canonical, varint
from reachback_wire.documents.members import Members
from reachback_wire.refusals import Refusal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"RBSEAL1\n"
MAX_CHUNK: Final = 1_048_576
OVERHEAD: Final = 20
"""Bytes a chunk adds: its length and the tag."""
_KEY: Final = 32
_TAG: Final = 16
_NONCE: Final = 12
_MAX_HEAD: Final = 4_096
_LINE: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[0-9A-Za-z-]{1,64}")


class SealError(ValueError):
    """Something sealed cannot be opened, or a key cannot be read; the sentence says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class KeyMissing(SealError):
    """What is sealed was wrapped by a records key that is not here."""

    def __init__(self, mark: str) -> None:
        super().__init__(
            f"The key of the recordings is missing: what is wanted was sealed under records key "
            f"{mark}, and that key is not the one this server was given."
        )
        self.mark = mark


def mark_of(key: bytes) -> str:
    """The name of a records key: the first 16 hexadecimal digits of a digest over it."""
    return hashlib.sha256(b"reachback-records-key" + key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RecordsKeys:
    """The installation's records keys: the first wraps, all of them unwrap."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "RecordsKeys":
        """Read keys of 64 hexadecimal digits, one a line, the newest first; raises SealError."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines or not all(_LINE.fullmatch(line) for line in lines):
            raise SealError("A records key is 64 hexadecimal digits, one key a line.")
        return cls(tuple(bytes.fromhex(line) for line in lines))

    def marked(self, mark: str) -> bytes:
        """The key of this name; raises KeyMissing."""
        for key in self.keys:
            if mark_of(key) == mark:
                return key
        raise KeyMissing(mark)


@dataclass(frozen=True, slots=True)
class DataKey:
    """An organisation's data key; `document` is how it is kept: wrapped, and safe to copy."""

    organisation: str
    document: Mapping[str, Any]
    secret: bytes = field(repr=False)

    @classmethod
    def make(cls, organisation: str, keys: RecordsKeys) -> "DataKey":
        """Make a new key, wrapped by the newest records key."""
        if not _NAME.fullmatch(organisation):
            raise SealError("An organisation's id has characters that no file name has.")
        secret, nonce = secrets.token_bytes(_KEY), secrets.token_bytes(_NONCE)
        mark = mark_of(keys.keys[0])
        about = _about(organisation, mark)
        wrapped = nonce + _cipher(keys.keys[0]).encrypt(nonce, secret, about)
        document = {
            "type": "reachback-data-key",
            "version": 1,
            "organisation": organisation,
            "by": mark,
            "wrapped": base64.b64encode(wrapped).decode(),
        }
        return cls(organisation, document, secret)

    @classmethod
    def open(cls, document: object, keys: RecordsKeys) -> "DataKey":
        """Unwrap a kept key; raises KeyMissing, or SealError for a damaged document."""
        try:
            members = Members(document, "data key")
            members.choice("type", ("reachback-data-key",))
            members.integer("version", least=1, most=1)
            organisation, mark = members.text("organisation"), members.text("by")
            wrapped = base64.b64decode(members.text("wrapped"), validate=True)
            members.finish()
        except (Refusal, binascii.Error) as error:
            raise SealError("A data key's document cannot be read.") from error
        secret = _opened(
            keys.marked(mark), wrapped[:_NONCE], wrapped[_NONCE:], _about(organisation, mark)
        )
        if secret is None or len(secret) != _KEY or not isinstance(document, Mapping):
            raise SealError("A data key was damaged or altered: it cannot be unwrapped.")
        return cls(organisation, document, secret)

    def seal_row(self, about: str, content: bytes) -> bytes:
        """Seal a row's content; `about` says which row it is and must be the same to open it."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + _cipher(self._rows()).encrypt(nonce, content, about.encode())

    def rows(self) -> "RowOpener":
        """What opens rows sealed by :meth:`seal_row`, for many of them."""
        return RowOpener(_cipher(self._rows()))

    def _rows(self) -> bytes:
        return _derived(self.secret, b"", b"reachback-rows")


class RowOpener:
    """Opens sealed rows of one organisation."""

    __slots__ = ("_cipher",)

    def __init__(self, cipher: "AESGCM") -> None:
        self._cipher = cipher

    def open(self, about: str, sealed: bytes) -> bytes:
        """Give a row's content; raises SealError when it is another row's, or altered."""
        found = _decrypted(self._cipher, sealed[:_NONCE], sealed[_NONCE:], about.encode())
        if found is None:
            raise SealError("A sealed row was damaged or altered: it cannot be opened.")
        return found


class FileSeal:
    """The key of one sealed file: seals and opens its chunks by number."""

    __slots__ = ("_cipher", "opening")

    def __init__(self, opening: bytes, key: bytes) -> None:
        self.opening = opening
        self._cipher = _cipher(key)

    @classmethod
    def make(cls, key: DataKey) -> "FileSeal":
        """A new file's seal; the file begins with `opening`."""
        salt = secrets.token_bytes(_KEY)
        head = {
            "type": "reachback-sealed",
            "version": 1,
            "key": dict(key.document),
            "salt": salt.hex(),
        }
        text = canonical.dumps(head).encode()
        opening = MAGIC + varint.encode(len(text)) + text
        return cls(opening, _file_key(key, salt, opening))

    @classmethod
    def read(cls, data: bytes, keys: RecordsKeys) -> "FileSeal | None":
        """The seal of a file that begins with `data`; None when its head is torn.

        Raises KeyMissing, or SealError when the head was never one.
        """
        length = varint.decode(data, len(MAGIC), len(data))
        if length is not None and length[0] > _MAX_HEAD:
            raise SealError("A sealed file's head is too long.")
        if length is None or length[1] + length[0] > len(data):
            return None
        end = length[1] + length[0]
        try:
            members = Members(canonical.loads(data[length[1] : end].decode()), "sealed file")
            members.choice("type", ("reachback-sealed",))
            members.integer("version", least=1, most=1)
            document, salt = members.take("key"), bytes.fromhex(members.text("salt"))
            members.finish()
        except (Refusal, UnicodeDecodeError, ValueError) as error:
            raise SealError("A sealed file's head cannot be read.") from error
        key = DataKey.open(document, keys)
        return cls(data[:end], _file_key(key, salt, data[:end]))

    def seal(self, number: int, content: bytes) -> bytes:
        """Chunk `number` (from 0): its length, then its content sealed."""
        if not 0 < len(content) <= MAX_CHUNK:
            raise ValueError("A chunk holds 1 byte to 1 MiB.")
        return len(content).to_bytes(4, "big") + self._cipher.encrypt(_nonce(number), content, None)

    def open(self, number: int, sealed: bytes) -> bytes | None:
        """The content of chunk `number` without its length; None when it was altered."""
        return _decrypted(self._cipher, _nonce(number), sealed, None)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A whole chunk: its number, where it begins, and where in the content it stands."""

    number: int
    place: int
    at: int
    content: bytes

    @property
    def end(self) -> int:
        return self.place + OVERHEAD + len(self.content)


def chunks(
    seal: FileSeal, data: bytes, *, place: int, number: int, at: int, start: int = 0
) -> Iterator[Chunk]:
    """Every whole chunk in `data`, which is the file from `start` on; ends at the first that is
    torn or altered. The first stands at `place`, is `number`, and its content begins at `at`."""
    while place - start + OVERHEAD < len(data):
        head = place - start + 4
        length = int.from_bytes(data[head - 4 : head], "big")
        if not 0 < length <= MAX_CHUNK or head + length + _TAG > len(data):
            return
        content = seal.open(number, data[head : head + length + _TAG])
        if content is None:
            return
        found = Chunk(number, place, at, content)
        yield found
        place, number, at = found.end, number + 1, at + length


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What a sealed file holds. `length` bytes of the file are whole; `size` is all of it."""

    content: bytes
    length: int
    size: int

    @property
    def whole(self) -> bool:
        return self.length == self.size


def is_sealed(data: bytes) -> bool:
    """Whether a file that begins with `data` is a sealed one."""
    return data.startswith(MAGIC)


def unseal(data: bytes, keys: RecordsKeys) -> Unsealed:
    """Open a whole file as far as its chunks go; raises KeyMissing or SealError."""
    seal = FileSeal.read(data, keys)
    if seal is None:
        return Unsealed(b"", 0, len(data))
    end, found = len(seal.opening), []
    for chunk in chunks(seal, data, place=end, number=0, at=0):
        found.append(chunk.content)
        end = chunk.end
    return Unsealed(b"".join(found), end, len(data))


def _about(organisation: str, mark: str) -> bytes:
    return f"reachback-data-key\n{organisation}\n{mark}".encode()


def _file_key(key: DataKey, salt: bytes, opening: bytes) -> bytes:
    """Of this very file: another head gives another key."""
    return _derived(key.secret, salt, b"reachback-file" + hashlib.sha256(opening).digest())


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - loaded when used
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return HKDF(SHA256(), _KEY, salt or None, info).derive(secret)


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - when used

    return AESGCM(key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")


def _opened(key: bytes, nonce: bytes, sealed: bytes, about: bytes | None) -> bytes | None:
    return _decrypted(_cipher(key), nonce, sealed, about)


def _decrypted(cipher: "AESGCM", nonce: bytes, sealed: bytes, about: bytes | None) -> bytes | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loaded when used

    if len(nonce) != _NONCE:
        return None
    try:
        return cipher.decrypt(nonce, sealed, about)
    except InvalidTag:
        return None
