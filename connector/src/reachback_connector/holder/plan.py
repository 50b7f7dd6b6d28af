"""What the helper decides before it forks a holder."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from reachback_connector.holder.log import UnitLog
from reachback_connector.platform.port import Platform
from reachback_wire.scans import ScanDemand


class Holding(Protocol):
    """A holder that has begun: its job runs, its testimony has started."""

    def run(self) -> None:
        """Until the job has ended and everything was acknowledged."""


@dataclass(frozen=True, slots=True)
class HolderPlan:
    """What the helper decided before it forked this holder. `expires` is ms since 1970.

    `begin` starts the kind's job in the new process; an error of it is the OPEN's refusal.
    `limits` are the globs of the clause that allowed a files channel, `user` whose rights it has.
    `scan` is what the clause demands of a file that comes here.
    `asked` holds the envelopes of grant and OPEN, for a job that is judged again before it acts.
    """

    key: str
    kind: str
    begin: Begin
    first: bytes
    facts: dict[str, Any]
    on_cut: str
    expires: int
    socket: Path
    spool: Path
    helper_socket: Path
    allowed: Collection[int] = field(default_factory=frozenset)
    owner: int = -1
    recording: str = "required"
    limits: tuple[str, ...] = ()
    user: str = ""
    scan: ScanDemand | None = None
    asked: dict[str, Any] = field(default_factory=dict)


Begin: TypeAlias = Callable[[HolderPlan, Platform, UnitLog, socket.socket], Holding]
