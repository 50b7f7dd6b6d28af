"""Channels of kind `files`: what the OPEN asks for, and what the contract's clause allows of it."""

from __future__ import annotations

import os
import pwd
from functools import partial

from reachback_connector.files.job import FilesJob
from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.plan import Begin
from reachback_connector.platform.port import Platform
from reachback_wire.documents import Contract, Open


def prepare_files(wish: Open, _platform: Platform) -> Begin:
    """A folder or one file, to read or to write."""
    parameters = wish.parameters
    wanted = str(parameters["operation"]), str(parameters["path"])
    return partial(ChannelHolder, partial(FilesJob, wanted))


def globs_of(contract: Contract | None, clause: int, capability: str) -> tuple[str, ...]:
    """The paths a clause allows for `files.read` or `files.write`; administrators have all."""
    found: list[str] = []
    for each in contract.clauses if contract else ():
        for item in each.capabilities if each.number == clause else ():
            if item.name == capability:
                found += item.values
            elif item.name == "shell.admin":
                found.append("/**")
    return tuple(found)


def files_user(contract: Contract | None, owner: int) -> str:
    """Whose rights files are touched with: the first user the contract lets somebody be.

    A contract that names no user leaves the connector's own service user (`owner`, a user id).
    """
    for clause in contract.clauses if contract else ():
        for item in clause.capabilities:
            if item.name == "shell.user" and item.values:
                return item.values[0]
    return pwd.getpwuid(owner if owner >= 0 else os.geteuid()).pw_name
