"""Channels of kind `tunnel`: the target was admitted by the contract; the rest is the holder's."""

from __future__ import annotations

from functools import partial

from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.plan import Begin
from reachback_connector.platform.port import Platform
from reachback_connector.tunnel.job import TunnelJob
from reachback_connector.tunnel.target import Target, lookup
from reachback_wire.documents import Open


def prepare_tunnel(wish: Open, _platform: Platform) -> Begin:
    """A TCP connection to the OPEN's target.

    Nothing is looked up or dialled here: the helper waits for nobody's network.
    """
    target = Target.parse(str(wish.parameters["target"]))
    return partial(ChannelHolder, partial(TunnelJob, target, lookup))
