"""Both ends of one channel direction: what is kept for replay, and what has arrived.

:class:`SendBuffer` keeps every unit until the *other end* acknowledges it; :class:`Receiver` knows
one number, `next`. Both outlive connections; a :class:`~reachback_wire.link.Link` does not.
"""

from reachback_wire.streams.buffer import SEGMENT, UNIT_COST, SendBuffer
from reachback_wire.streams.receiver import LARGEST, Receiver
from reachback_wire.streams.source import Source

__all__ = ["LARGEST", "SEGMENT", "UNIT_COST", "Receiver", "SendBuffer", "Source"]
