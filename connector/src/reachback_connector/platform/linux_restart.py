"""Restarting the machine, and noticing that it is going down."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Final

COMMAND: Final = "REACHBACK_RESTART_COMMAND"
"""Names another command where systemd is not (OpenRC, runit)."""
_SYSTEMD: Final = Path("/run/systemd/system")
_GOING: Final = frozenset({"reboot.target", "kexec.target", "soft-reboot.target"})
_PATIENCE: Final = 30.0


def command() -> list[str]:
    """What restarts this machine. PermissionError when nothing here may."""
    named = shlex.split(os.environ.get(COMMAND, ""))
    if named:
        return named
    if os.geteuid() != 0:
        raise PermissionError("The connector has no right to restart this device.")
    if not _SYSTEMD.is_dir():
        raise PermissionError("The connector does not know how this device is restarted.")
    return ["systemctl", "--ignore-inhibitors", "reboot"]


def restart() -> None:
    """Ask the machine to restart and return. OSError when it does not agree."""
    try:
        subprocess.run(command(), check=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL)
    except subprocess.SubprocessError as error:
        raise OSError(f"The device could not be restarted: {error}") from error


def going_down() -> bool:
    """Whether systemd has begun to restart this machine, whoever asked for it."""
    if not _SYSTEMD.is_dir():
        return False
    question = ["systemctl", "list-jobs", "--no-legend", "--plain"]
    try:
        done = subprocess.run(question, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return not _GOING.isdisjoint(done.stdout.split())
