"""Channels of kind `shell`: what the OPEN asks for, checked against this device."""

from __future__ import annotations

from functools import partial

from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.plan import Begin
from reachback_connector.holder.session import ShellJob
from reachback_connector.platform.port import Platform, ShellRequest
from reachback_wire.documents import Open
from reachback_wire.refusals import Refusal


def prepare_shell(wish: Open, platform: Platform) -> Begin:
    """A shell on a terminal. Refusal `parameter-refused` for a user it cannot be started as."""
    parameters = wish.parameters
    run_as = checked_user(wish, platform)
    request = ShellRequest(
        run_as=run_as,
        columns=int(str(parameters["columns"])),
        rows=int(str(parameters["rows"])),
        term=str(parameters["term"]) or "xterm-256color",
        login=bool(parameters["login"]),
    )
    return partial(ChannelHolder, partial(ShellJob, request))


def checked_user(wish: Open, platform: Platform) -> str:
    """The user of `run_as`. Refusal `parameter-refused` when nothing can be started as them."""
    run_as = str(wish.parameters["run_as"])
    try:
        platform.check_user(run_as)
    except (LookupError, PermissionError) as error:
        raise Refusal("parameter-refused", str(error.args[0])) from error
    return run_as
