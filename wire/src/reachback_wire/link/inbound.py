"""The channels of one connection that we receive, and what we owe the other end for them."""

from dataclasses import dataclass

from reachback_wire.link.schedule import FIRST_SESSION_CHANNEL
from reachback_wire.link_errors import RemoteError
from reachback_wire.streams import Receiver
from reachback_wire.units import GapUnit, Unit


@dataclass(slots=True)
class _Expected:
    receiver: Receiver
    granted: int


class Inbound:
    """Receivers by channel; units for other channels are dropped (late ones after a detach)."""

    def __init__(self, *, standing_credit: int) -> None:
        self._expected: dict[int, _Expected] = {}
        self._granted: dict[int, int] = {}
        self._standing_credit = standing_credit

    def expect(self, ch: int, receiver: Receiver) -> None:
        """Receive `ch` from now on; nothing counts before the sender's SEEK."""
        receiver.disconnect()
        standing = self._standing_credit if ch < FIRST_SESSION_CHANNEL else 0
        self._expected[ch] = _Expected(receiver, max(self._granted.pop(ch, 0), standing))

    def forget(self, ch: int) -> None:
        """Drop whatever still comes for `ch`."""
        self._expected.pop(ch, None)
        self._granted.pop(ch, None)

    def grant(self, ch: int, limit: int) -> None:
        """We told the sender that it may go up to `limit`."""
        expected = self._expected.get(ch)
        if expected is None:
            self._granted[ch] = max(self._granted.get(ch, 0), limit)
        else:
            expected.granted = max(expected.granted, limit)

    def seek(self, ch: int, offset: int) -> None:
        """SEEK came."""
        expected = self._expected.get(ch)
        if expected is not None:
            expected.receiver.seek(offset)

    def accept(self, ch: int, unit: Unit) -> tuple[int, Unit] | None:
        """The new part of a unit; RemoteError when the sender passes its credit.

        A GAP needs credit for its first offset only: it costs us nothing to hold.
        """
        expected = self._expected.get(ch)
        if expected is None:
            return None
        receiver = expected.receiver
        if receiver.at is not None:
            reach = receiver.at + (1 if isinstance(unit, GapUnit) else unit.length)
            if reach > expected.granted:
                raise RemoteError("credit", f"Channel {ch} was sent beyond its credit.")
        return receiver.accept(unit)
