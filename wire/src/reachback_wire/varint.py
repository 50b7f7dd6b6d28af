"""Variable-length integers of RFC 9000 section 16: a 2-bit prefix says 1, 2, 4 or 8 bytes.

Longer encodings than necessary are accepted, as in QUIC; :func:`encode` writes the shortest.
"""

from typing import Final

MAXIMUM: Final = (1 << 62) - 1


def encode(value: int) -> bytes:
    """The shortest encoding of `value`; ValueError outside 0 to 2^62 - 1 (our own mistake)."""
    if 0 <= value < 0x40:
        return value.to_bytes(1, "big")
    if 0 <= value < 0x4000:
        return (value | 0x4000).to_bytes(2, "big")
    if 0 <= value < 0x4000_0000:
        return (value | 0x8000_0000).to_bytes(4, "big")
    if 0 <= value <= MAXIMUM:
        return (value | 0xC000_0000_0000_0000).to_bytes(8, "big")
    raise ValueError(f"{value} does not fit a varint.")


def decode(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """The integer at `at` and the position after it; None when it does not end before `end`."""
    if at >= end:
        return None
    first = data[at]
    if first < 0x40:
        return first, at + 1
    stop = at + (1 << (first >> 6))
    if stop > end:
        return None
    value = int.from_bytes(data[at:stop], "big")
    return value & ((1 << (8 * (stop - at) - 2)) - 1), stop
