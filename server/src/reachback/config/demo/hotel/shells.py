"""End the shells that still live on the hotel's machine.

On a real device an open shell outlives its connector, on purpose. The demo is one program to the
person who started it: when it ends, everything on its machine ends, the shells' holders included.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
HOLDER = "reachback-shell"
_PATIENCE = 3.0  # seconds between asking and killing
_LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its id and the clock tick it started at: ids are used again."""

    pid: int
    started: str
    parent: int

    def lives(self) -> bool:
        """Whether it is still there; one that only waits to be collected is not."""
        return _look(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        """Send a signal unless the process is gone."""
        if self.lives():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def end(state: Path) -> int:
    """End every shell held for the connector whose state lies in `state`; return how many.

    The holder first: its terminal then hangs up, as when a window is closed.
    """
    everybody = [found for pid in _pids() if (found := _look(pid)) is not None]
    holders = [process for process in everybody if _holds_for(process.pid, state)]
    family = _with_children(holders, everybody)
    for process in holders:
        process.send(signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while any(process.lives() for process in family) and time.monotonic() < until:
        time.sleep(_LOOK)
    for process in family:
        process.send(signal.SIGKILL)
    return len(holders)


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _look(pid: int) -> Process | None:
    """The process with this id, None when there is none or it has ended."""
    try:
        words = (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] in {"Z", "X"} else Process(pid, words[19], int(words[1]))


def _holds_for(pid: int, state: Path) -> bool:
    """Whether it calls itself a holder and was begun with this state directory."""
    try:
        name = (PROC / str(pid) / "comm").read_text("utf-8", "replace").strip()
        command = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return name == HOLDER and os.fsencode(state) in command


def _with_children(roots: list[Process], everybody: list[Process]) -> list[Process]:
    family = list(roots)
    for process in family:  # grows while it is read
        family += [one for one in everybody if one.parent == process.pid and one not in family]
    return family
