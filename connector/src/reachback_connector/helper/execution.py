"""Channels of kind `exec`: what the OPEN asks for, checked against this device."""

from __future__ import annotations

import hashlib
import pwd
from functools import partial
from typing import Any

from reachback_connector.helper.shell import checked_user
from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.execution import ExecJob, ExecutionPlan
from reachback_connector.holder.plan import Begin
from reachback_connector.platform.port import Platform
from reachback_wire.documents import Open
from reachback_wire.documents.capability import ADMINISTRATORS
from reachback_wire.documents.execution import argument_text
from reachback_wire.refusals import Refusal


def prepare_execution(wish: Open, platform: Platform) -> Begin:
    """A script. Refusal `parameter-refused` for a user, interpreter or text that cannot be."""
    parameters: dict[str, Any] = dict(wish.parameters)
    run_as = checked_user(wish, platform)
    if pwd.getpwnam(run_as).pw_uid == 0 and run_as not in ADMINISTRATORS:
        raise Refusal("parameter-refused", "This user is the administrator under another name.")
    try:
        platform.interpreter(parameters["interpreter"])
    except LookupError as error:
        raise Refusal("parameter-refused", str(error.args[0])) from error
    _check_first(wish.first, parameters)
    texts = [(str(each["name"]), argument_text(each["value"])) for each in parameters["arguments"]]
    plan = ExecutionPlan(
        parameters=parameters,
        digest=parameters["script"],
        size=parameters["size"],
        interpreter=parameters["interpreter"],
        run_as=run_as,
        arguments=tuple(text for _, text in texts),
        environment=tuple((f"REACHBACK_{name.upper()}", text) for name, text in texts),
        seconds=parameters["time_limit"],
        output=parameters["output_limit"],
    )
    return partial(ChannelHolder, partial(ExecJob, plan))


def _check_first(first: bytes, parameters: dict[str, Any]) -> None:
    """A text that came whole is checked before anything is spent or started."""
    whole = len(first) >= parameters["size"]
    if whole and f"sha256:{hashlib.sha256(first).hexdigest()}" != parameters["script"]:
        raise Refusal("parameter-refused", "The text is not the script that was signed.")
