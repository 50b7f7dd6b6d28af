"""Which channel may send next: strict classes, turns within a class.

Decided anew for every chunk, so a keystroke overtakes bulk in the middle of a retransmission.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from reachback_wire import varint
from reachback_wire.link.outbound import Outbound
from reachback_wire.link_errors import LocalError
from reachback_wire.streams import Source

CONTROL, INPUT, INTERACTIVE, BULK = range(4)
CLASSES: Final = 4
FIRST_SESSION_CHANNEL: Final = 16
"""Channels below are standing ones: 1 control, 2 health."""


@dataclass(slots=True)
class _Wish:
    """What the other end said about a channel we have not attached yet."""

    next: int = 0
    credit: int = 0


class Schedule:
    """The channels of one connection that we send."""

    def __init__(self, *, standing_credit: int, max_wishes: int) -> None:
        self._channels: dict[int, Outbound] = {}
        self._turns: tuple[deque[Outbound], ...] = tuple(deque() for _ in range(CLASSES))
        self._wishes: dict[int, _Wish] = {}
        self._standing_credit = standing_credit
        self._max_wishes = max_wishes

    def attach(
        self, ch: int, source: Source, *, priority: int, start: int | None, credit: int
    ) -> None:
        """Begin to send `ch`; what RESUME or CREDIT said about it before is honoured."""
        if ch in self._channels:
            raise LocalError("attached", f"Channel {ch} is attached already.")
        if not 0 <= priority < CLASSES or not 0 <= ch <= varint.MAXIMUM:
            raise LocalError("bad-channel", "A class is 0 to 3, a channel number a varint.")
        wish = self._wishes.pop(ch, _Wish())
        standing = self._standing_credit if ch < FIRST_SESSION_CHANNEL else 0
        channel = Outbound(
            ch=ch,
            source=source,
            priority=priority,
            cursor=wish.next if start is None else start,
            credit=max(credit, wish.credit, standing),
        )
        self._channels[ch] = channel
        self._turns[priority].append(channel)

    def detach(self, ch: int) -> None:
        """Stop sending `ch`; unknown channels are no error."""
        self._wishes.pop(ch, None)
        channel = self._channels.pop(ch, None)
        if channel is not None:
            self._turns[channel.priority].remove(channel)

    def wake(self, ch: int) -> None:
        """The source of `ch` has a unit again after `read` answered None."""
        if ch in self._channels:
            self._channels[ch].parked = False

    def credit(self, ch: int, limit: int) -> None:
        """CREDIT came; a lower limit than before changes nothing."""
        holder = self._channels.get(ch) or self._wish(ch)
        holder.credit = max(holder.credit, limit)

    def rewind(self, ch: int, offset: int, credit: int) -> None:
        """RESUME came."""
        channel = self._channels.get(ch)
        if channel is not None:
            channel.rewind(offset, credit)
            return
        wish = self._wish(ch)
        wish.next = offset
        wish.credit = max(wish.credit, credit)

    def _wish(self, ch: int) -> _Wish:
        """What was said about an unattached channel; the oldest is forgotten for the newest."""
        if ch not in self._wishes and len(self._wishes) >= self._max_wishes:
            del self._wishes[next(iter(self._wishes))]
        return self._wishes.setdefault(ch, _Wish())

    def pick(self) -> Outbound | None:
        """The channel whose turn it is; call :meth:`took` when it has sent."""
        for turns in self._turns:
            for channel in turns:
                if channel.ready:
                    return channel
        return None

    def took(self, channel: Outbound) -> None:
        """It had its turn: the others of its class come first now."""
        turns = self._turns[channel.priority]
        if len(turns) > 1:
            turns.remove(channel)
            turns.append(channel)
