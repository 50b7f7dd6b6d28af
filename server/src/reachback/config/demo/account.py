"""Who runs the hotel's machine, and with which Python: never root when somebody else can."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NOBODY = "nobody"
CONNECTOR = "import sys; from reachback_connector.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Machine:
    """The account of the hotel's processes and the Python that account can reach."""

    account: pwd.struct_passwd
    python: str

    @property
    def connector(self) -> list[str]:
        """The connector's command, whatever the place it was installed in."""
        return [self.python, "-c", CONNECTOR]

    @property
    def environment(self) -> dict[str, str]:
        """Where that Python finds the packages; its shell starts where the service lies."""
        own = [p for p in sys.path if p and not _below(p, sys.base_prefix)]
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(own),
            "PYTHONUNBUFFERED": "1",
            "SHELL": shutil.which("bash") or "/bin/sh",
            "USER": self.account.pw_name,
            "LOGNAME": self.account.pw_name,
        }

    def run(self, *arguments: str, folder: Path) -> int:
        """Run a command of the connector as the account; return its exit status."""
        return _run(self, [*self.connector, *arguments], folder)

    def become(self, home: Path, *arguments: str) -> None:
        """Turn this process into the connector; root is given up for good."""
        if os.geteuid() == 0 and self.account.pw_uid != 0:
            os.setgroups([])
            os.setgid(self.account.pw_gid)
            os.setuid(self.account.pw_uid)
        os.chdir(home)
        command = [*self.connector, *arguments]
        environment = {**self.environment, "HOME": str(home)}
        os.execve(self.python, command, environment)  # noqa: S606 - we become it


def _below(path: str, folder: str) -> bool:
    """Whether a path is the interpreter's own library, which another interpreter must not use."""
    return path == folder or path.startswith(folder + os.sep)


def choose(folder: Path) -> Machine:
    """Return the account and Python for the hotel's processes and give the account `folder`.

    That is the person who started the demo, unless it is root: then `nobody`, when that account can
    reach this Python or the system's (one below /root it cannot). Otherwise root it stays, and the
    contract's sentence says so.
    """
    own = pwd.getpwuid(os.geteuid())
    folder.mkdir(parents=True, exist_ok=True)
    mine = Machine(own, sys.executable)
    if own.pw_uid != 0:
        folder.chmod(0o700)
        return mine
    try:
        other = pwd.getpwnam(NOBODY)
    except KeyError:
        return mine
    folder.chmod(0o755)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}"):
        machine = Machine(other, python)
        if _can_live(machine, folder):
            give(folder, other)
            return machine
    return mine


def _can_live(machine: Machine, folder: Path) -> bool:
    """Whether the account can run the connector and reach its folder (a parent may be closed)."""
    look = [machine.python, "-c", "import os, sys; os.listdir(sys.argv[1])", str(folder)]
    commands = ([*machine.connector, "version"], look)
    return all(_run(machine, command, folder, quiet=True) == 0 for command in commands)


def _run(machine: Machine, command: list[str], folder: Path, *, quiet: bool = False) -> int:
    """Run a command as the machine's account; -1 when it cannot even start."""
    account = machine.account
    switch = os.geteuid() == 0
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=machine.environment,
            user=account.pw_uid if switch else None,
            group=account.pw_gid if switch else None,
            extra_groups=[] if switch else None,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
            check=False,
        ).returncode
    except OSError:
        return -1


def give(folder: Path, account: pwd.struct_passwd) -> None:
    """Make the account the owner of the folder and all that lies in it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            shutil.chown(path, account.pw_uid, account.pw_gid)
