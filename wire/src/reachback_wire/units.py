"""The three kinds of unit a stream is made of (docs/protocols/link.md, Streams).

A stream is one sequence of units with one offset: DATA of n bytes advances it by n, CTRL by one,
GAP by the length it declares missing. Units name no channel, so that they can be kept and replayed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataUnit:
    """Bytes of the stream; never empty on the wire."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class CtrlUnit:
    """One message inside the stream (kinds are listed in link.md); atomic."""

    kind: int
    body: bytes

    @property
    def length(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class GapUnit:
    """`length` offsets the sender declares missing; atomic. `time` in ms since 1970."""

    length: int
    time: int
    salt: bytes
    sha256: bytes


Unit = DataUnit | CtrlUnit | GapUnit
