"""One frozen class per frame of docs/protocols/link.md; JSON frames carry the parsed `value`.

`TYPE` is the first byte on the wire. Bit 7 (0x80) means "may be ignored when unknown".
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Challenge:
    """The front's first frame: `{versions, node, nonce, time, features}`."""

    TYPE: ClassVar[int] = 0x01
    value: Json


@dataclass(frozen=True, slots=True)
class Hello:
    """The peer's signed `{body, signature}` of a reachback-hello document."""

    TYPE: ClassVar[int] = 0x02
    value: Json


@dataclass(frozen=True, slots=True)
class Welcome:
    """`{version, generation, hold, time, features, session}`: the peer is admitted."""

    TYPE: ClassVar[int] = 0x03
    value: Json


@dataclass(frozen=True, slots=True)
class Nonces:
    """Fresh 16-byte link nonces the device will accept in OPENs."""

    TYPE: ClassVar[int] = 0x04
    nonces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """Every live channel: a list of `{ch, key, kind, next, credit, end, acked}`."""

    TYPE: ClassVar[int] = 0x05
    value: list[Json]


class ResumeEntry(NamedTuple):
    """Send me channel `ch` from `next`; you may send up to `credit`."""

    ch: int
    next: int
    credit: int


@dataclass(frozen=True, slots=True)
class Resume:
    """One or more channels the sender of this frame wants to go on receiving."""

    TYPE: ClassVar[int] = 0x06
    entries: tuple[ResumeEntry, ...]


@dataclass(frozen=True, slots=True)
class Seek:
    """The next unit of `ch` on this connection stands at `offset`."""

    TYPE: ClassVar[int] = 0x07
    ch: int
    offset: int


@dataclass(frozen=True, slots=True)
class Open:
    """Open a channel: `{grant, open}`, both signed envelopes."""

    TYPE: ClassVar[int] = 0x08
    ch: int
    value: Json


@dataclass(frozen=True, slots=True)
class Opened:
    """The channel is open: `{key, kind, sentence, clause, on_cut, expires, recording}`."""

    TYPE: ClassVar[int] = 0x09
    ch: int
    value: Json


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel was refused: `{code, sentence, clause, by, data}`."""

    TYPE: ClassVar[int] = 0x0A
    ch: int
    value: Json


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a stream: advances its offset by their number."""

    TYPE: ClassVar[int] = 0x0B
    ch: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Ctrl:
    """A message in a stream: advances its offset by 1."""

    TYPE: ClassVar[int] = 0x0C
    ch: int
    kind: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Content declared missing: advances the offset by `length`; `time` in ms since 1970."""

    TYPE: ClassVar[int] = 0x0D
    ch: int
    length: int
    time: int
    salt: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything of `ch` below `offset` is safe and will never be asked for again."""

    TYPE: ClassVar[int] = 0x0E
    ch: int
    offset: int


@dataclass(frozen=True, slots=True)
class Credit:
    """`ch` may be sent up to the absolute offset `limit`."""

    TYPE: ClassVar[int] = 0x0F
    ch: int
    limit: int


@dataclass(frozen=True, slots=True)
class Close:
    """No further units of `ch` after the offset already produced: `{code, sentence}`."""

    TYPE: ClassVar[int] = 0x10
    ch: int
    value: Json


@dataclass(frozen=True, slots=True)
class LinkAck:
    """Bytes of frames received on this connection (LINKACKs excluded), and the delay in µs."""

    TYPE: ClassVar[int] = 0x11
    total: int
    delay: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there? 8 opaque bytes."""

    TYPE: ClassVar[int] = 0x12
    token: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a PING: its 8 bytes."""

    TYPE: ClassVar[int] = 0x13
    token: bytes


@dataclass(frozen=True, slots=True)
class Bye:
    """The front ends the connection: `{code, sentence, retry_after}` (ms)."""

    TYPE: ClassVar[int] = 0x14
    value: Json


@dataclass(frozen=True, slots=True)
class Notice:
    """State of the other leg, for people."""

    TYPE: ClassVar[int] = 0x95
    value: Json


@dataclass(frozen=True, slots=True)
class Watch:
    """Follow a recording from its start: `{recording}`."""

    TYPE: ClassVar[int] = 0x16
    ch: int
    value: Json


JsonFrame = Challenge | Hello | Welcome | Bye | Notice
ChannelJsonFrame = Open | Opened | Refused | Close | Watch
UnitFrame = Data | Ctrl | Gap
Frame = (
    JsonFrame
    | ChannelJsonFrame
    | UnitFrame
    | Nonces
    | Channels
    | Resume
    | Seek
    | Ack
    | Credit
    | LinkAck
    | Ping
    | Pong
)
