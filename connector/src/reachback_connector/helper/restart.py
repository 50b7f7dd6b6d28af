"""Channels of kind `reboot`: whether this connector can restart the device at all."""

from __future__ import annotations

from functools import partial

from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.plan import Begin
from reachback_connector.holder.restart import RestartJob
from reachback_connector.platform.port import Platform
from reachback_wire.documents import Open
from reachback_wire.refusals import Refusal


def prepare_restart(wish: Open, platform: Platform) -> Begin:
    """A restart, at once or planned. Refusal `capability-refused` where nothing here may."""
    try:
        platform.check_restart()
    except PermissionError as error:
        raise Refusal("capability-refused", str(error.args[0])) from error
    return partial(ChannelHolder, partial(RestartJob, int(str(wish.parameters["at"]))))
