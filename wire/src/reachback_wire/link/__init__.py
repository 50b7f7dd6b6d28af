"""The device link without its sockets: one :class:`Link` per connection."""

from reachback_wire.link.events import (
    Acked,
    Credited,
    Event,
    FrameReceived,
    LinkStats,
    PeerSilent,
    Rewound,
    UnitReceived,
)
from reachback_wire.link.limits import Limits
from reachback_wire.link.link import Link
from reachback_wire.link.schedule import BULK, CONTROL, INPUT, INTERACTIVE
from reachback_wire.link_errors import LinkError, LocalError, RemoteError
from reachback_wire.liveness import IdleInterval

__all__ = [
    "BULK",
    "CONTROL",
    "INPUT",
    "INTERACTIVE",
    "Acked",
    "Credited",
    "Event",
    "FrameReceived",
    "IdleInterval",
    "Limits",
    "Link",
    "LinkError",
    "LinkStats",
    "LocalError",
    "PeerSilent",
    "RemoteError",
    "Rewound",
    "UnitReceived",
]
