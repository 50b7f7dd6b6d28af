"""The container: POSIX tar (ustar), read so strictly that no byte of it is free to change."""

from dataclasses import dataclass

from reachback.access.verifier.failures import Unreadable

_BLOCK = 512
_LARGEST = 1 << 34


@dataclass(frozen=True)
class Member:
    """One file of the archive."""

    name: str
    content: bytes


def _octal(field: bytes, what: str) -> int:
    digits = field[:-1]
    if field[-1:] not in (b"\0", b" ") or not digits or any(c not in b"01234567" for c in digits):
        msg = f"The file is damaged: {what} in its table of contents cannot be read."
        raise Unreadable(msg)
    return int(digits, 8)


def _text(field: bytes) -> str:
    text, _, rest = field.partition(b"\0")
    if rest.strip(b"\0"):
        msg = "The file is damaged: a name in its table of contents has a hidden end."
        raise Unreadable(msg)
    try:
        return text.decode("ascii")
    except UnicodeDecodeError as error:
        msg = "The file is damaged: a name in its table of contents cannot be read."
        raise Unreadable(msg) from error


def _header(block: bytes) -> tuple[str, int]:
    told = block[148:156]
    counted = sum(block[:148]) + sum(block[156:]) + 8 * ord(" ")
    if told not in (b"%06o\0 " % counted, b"%07o\0" % counted):
        msg = "The file is damaged: a checksum in its table of contents is wrong."
        raise Unreadable(msg)
    if block[257:265] != b"ustar\x0000" or block[156:157] != b"0":
        msg = "The file is not an export: it holds something other than plain files."
        raise Unreadable(msg)
    size = _octal(block[124:136], "a size")
    prefix = _text(block[345:500])
    name = _text(block[:100])
    if size > _LARGEST or not name or block[500:].strip(b"\0"):
        msg = "The file is damaged: its table of contents cannot be read."
        raise Unreadable(msg)
    return (f"{prefix}/{name}" if prefix else name), size


def members(data: bytes) -> list[Member]:
    """Return the files of an archive in order; raise Unreadable where it is not exactly that."""
    found: list[Member] = []
    at = 0
    while True:
        block = data[at : at + _BLOCK]
        if len(block) < _BLOCK:
            msg = "The file ends too early: its end mark is missing."
            raise Unreadable(msg)
        if not block.strip(b"\0"):
            break
        name, size = _header(block)
        start = at + _BLOCK
        end = start + size
        at = start + -(-size // _BLOCK) * _BLOCK
        if at > len(data) or data[end:at].strip(b"\0"):
            msg = f"The file is damaged: the end of {name} is not as written."
            raise Unreadable(msg)
        if any(each.name == name for each in found):
            msg = f"The file is damaged: it holds {name} twice."
            raise Unreadable(msg)
        found.append(Member(name, data[start:end]))
    rest = data[at:]
    if len(rest) % _BLOCK or len(rest) < 2 * _BLOCK or rest.strip(b"\0"):
        msg = "The file is damaged: something follows its end mark."
        raise Unreadable(msg)
    return found
