"""What a link tells its owner, and the numbers it shows."""

from dataclasses import dataclass

from reachback_wire.frames import Frame
from reachback_wire.units import Unit


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A frame that concerns no stream (CHALLENGE, OPEN, CLOSE, BYE, …): the owner's to handle."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class UnitReceived:
    """The next new unit of a channel, in order and once; `offset` is where it stands."""

    ch: int
    offset: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Acked:
    """The other end holds everything of `ch` below `offset`: tell the SendBuffer."""

    ch: int
    offset: int


@dataclass(frozen=True, slots=True)
class Credited:
    """The other end accepts `ch` up to `limit`; whoever joins two links passes it on."""

    ch: int
    limit: int


@dataclass(frozen=True, slots=True)
class Rewound:
    """RESUME came: `ch` is wanted from `next`, up to `credit`; if attached, it obeys."""

    ch: int
    next: int
    credit: int


@dataclass(frozen=True, slots=True)
class PeerSilent:
    """Two probes stayed unanswered: the connection is dead, close it. Told once."""


Event = FrameReceived | UnitReceived | Acked | Credited | Rewound | PeerSilent


@dataclass(frozen=True, slots=True)
class LinkStats:
    """Times in seconds (None: not measured yet), sizes in bytes, `rate` in bytes per second."""

    rtt: float | None
    min_rtt: float | None
    rate: float
    sent: int
    received: int
    outstanding: int
    chunk: int
    resumes: int
