"""OPENs that came while the device's line was lost: they wait for it, as everything else does.

A grant needs a nonce that the device gave a moment ago, so a device that is not here now was here
then: a lost line is not yet an absence.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from reachback_gateway.links.channel import Channel
from reachback_gateway.ports import Json
from reachback_wire.frames import Refused

if TYPE_CHECKING:
    from reachback_gateway.links.links import Links

NO_DEVICE: Final = "The device is not connected."


class Waiting:
    """Channels that nobody carries yet; `Links.relist` opens them when the device is back."""

    def __init__(self, links: "Links", patience: float) -> None:
        self._links = links
        self._patience = patience  # seconds

    def add(self, channel: Channel) -> None:
        """Begin to wait."""
        asyncio.get_running_loop().call_later(self._patience, self._look, channel)

    def _look(self, channel: Channel) -> None:
        if channel.state == "opening" and channel.device is None:
            self.refuse(channel, "device-offline", NO_DEVICE)

    def refuse(self, channel: Channel, code: str, sentence: str) -> None:
        """Nothing was opened: say so to whoever asked and is still here."""
        if channel.session.channels.get(channel.key) is not channel:
            return
        channel.session.channels.pop(channel.key)
        value: Json = {"code": code, "sentence": sentence, "clause": 0, "by": "front"}
        self._links.events.add(channel.session.id, "refused", channel.key, **value)
        owner = channel.owner
        if owner is not None:
            owner.leg.leg.send(Refused(owner.ch, value))
            channel.unseat(owner)
