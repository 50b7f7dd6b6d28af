"""The frames of the device link: their classes, their bytes, and the total parser.

Layouts are frozen in docs/protocols/link.md and proven by wire/vectors/frames.json.
"""

from reachback_wire.frames.decoding import Decoder
from reachback_wire.frames.encoding import MAX_BODY, encode
from reachback_wire.frames.kinds import (
    Ack,
    Bye,
    Challenge,
    Channels,
    Close,
    Credit,
    Ctrl,
    Data,
    Frame,
    Gap,
    Hello,
    LinkAck,
    Nonces,
    Notice,
    Open,
    Opened,
    Ping,
    Pong,
    Refused,
    Resume,
    ResumeEntry,
    Seek,
    UnitFrame,
    Watch,
    Welcome,
)
from reachback_wire.link_errors import LinkError, LocalError, RemoteError

__all__ = [
    "MAX_BODY",
    "Ack",
    "Bye",
    "Challenge",
    "Channels",
    "Close",
    "Credit",
    "Ctrl",
    "Data",
    "Decoder",
    "Frame",
    "Gap",
    "Hello",
    "LinkAck",
    "LinkError",
    "LocalError",
    "Nonces",
    "Notice",
    "Open",
    "Opened",
    "Ping",
    "Pong",
    "Refused",
    "RemoteError",
    "Resume",
    "ResumeEntry",
    "Seek",
    "UnitFrame",
    "Watch",
    "Welcome",
    "encode",
]
