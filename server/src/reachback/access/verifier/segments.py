"""Segments: the records the front wrote, read one by one with where each stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reachback.access.verifier import canonical
from reachback.access.verifier.failures import Altered, Unreadable

_MAGIC = b"RBREC1\n"
DATA, CTRL, GAP, CHECK, NOTE, END, PASSED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07


@dataclass(frozen=True)
class Record:
    """One record: its kind, the recorder's time, and where it stands in the segment."""

    kind: int
    at: int
    body: bytes
    position: int
    sealed: bool  # whether a CHECK after it holds


@dataclass(frozen=True)
class Segment:
    """A segment file: its header and its records."""

    name: str
    header: dict[str, Any]
    records: tuple[Record, ...]
    digest: str


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the RFC 9000 varint at `at` and the position after it; shortest form only."""
    if at >= len(data):
        raise IndexError
    length = 1 << (data[at] >> 6)
    if at + length > len(data):
        raise IndexError
    value = int.from_bytes(data[at : at + length], "big") & ((1 << (8 * length - 2)) - 1)
    shortest = next(size for size in (1, 2, 4, 8) if value < 1 << (8 * size - 2))
    if shortest != length:
        raise IndexError
    return value, at + length


def _records(data: bytes, at: int) -> Iterator[tuple[int, int, bytes, int, int]]:
    while at < len(data):
        start = at
        kind = data[at]
        length, at = varint(data, at + 1)
        end = at + length
        if end > len(data):
            raise IndexError
        told, body_at = varint(data, at)
        if body_at > end:
            raise IndexError
        if not DATA <= kind <= PASSED:
            raise IndexError
        yield kind, told, data[body_at:end], start, end
        at = end


def _header(name: str, data: bytes) -> tuple[dict[str, Any], int]:
    if not data.startswith(_MAGIC):
        msg = f"{name} is not a recording."
        raise Unreadable(msg)
    try:
        length, at = varint(data, len(_MAGIC))
        text = data[at : at + length].decode()
    except (IndexError, UnicodeDecodeError) as error:
        msg = f"The head of {name} was altered: it cannot be read."
        raise Altered(msg) from error
    header = canonical.read(text)
    if header.get("type") != "reachback-segment" or header.get("version") != 1:
        msg = f"{name} is a recording of an unknown version."
        raise Unreadable(msg)
    if header.get("seal") != "none":
        msg = f"{name} is sealed with a key this verifier does not have."
        raise Unreadable(msg)
    return header, at + length


@dataclass(frozen=True)
class Opened:
    """A segment read as far as it goes; `fault` says where reading had to stop."""

    segment: Segment
    fault: str
    unsealed_from: int  # position of the first byte no good CHECK covers


def read(name: str, data: bytes) -> Opened:
    """Read a segment as far as its records go, and how far its CHECK records hold."""
    header, at = _header(name, data)
    rows: list[tuple[int, int, bytes, int]] = []
    good, broken, fault = at, False, ""
    running, hashed = sha256(), 0  # over every byte before a CHECK, each byte once
    ended = checked_last = False
    try:
        for kind, told, body, start, end in _records(data, at):
            if kind == CHECK and not broken:
                running.update(data[hashed:start])
                hashed = start
                broken = running.digest() != body
                good = good if broken else end
            rows.append((kind, told, body, start))
            ended = ended or kind == END
            checked_last = kind == CHECK
    except IndexError:
        fault = f"{name} cannot be read after byte {rows[-1][3] if rows else at}"
    if not fault and ended and not checked_last:
        fault = f"{name} has records after its end"
    records = tuple(
        Record(kind, told, body, start, start < good) for kind, told, body, start in rows
    )
    return Opened(Segment(name, header, records, sha256(data).hexdigest()), fault, good)
