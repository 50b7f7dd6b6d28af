"""Who runs the hotel's machine: never root when somebody else can."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

NOBODY = "nobody"


def choose(folder: Path, program: str) -> pwd.struct_passwd:
    """Return the account for the hotel's processes and give it `folder`.

    The person who started the demo, unless that is root: then `nobody`, when that account can reach
    the programs and the folder (a checkout below /root cannot be reached; root it stays, and the
    contract's sentence says so).
    """
    own = pwd.getpwuid(os.geteuid())
    folder.mkdir(parents=True, exist_ok=True)
    if own.pw_uid != 0:
        folder.chmod(0o700)
        return own
    try:
        other = pwd.getpwnam(NOBODY)
    except KeyError:
        return own
    folder.chmod(0o755)
    if not _can_run(other, program, folder):
        return own
    give(folder, other)
    return other


def _can_run(account: pwd.struct_passwd, program: str, folder: Path) -> bool:
    """Whether the account may run the program and stand in the folder."""
    try:
        done = subprocess.run(
            [program, "version"],
            cwd=folder,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def give(folder: Path, account: pwd.struct_passwd) -> None:
    """Make the account the owner of the folder and all that lies in it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            shutil.chown(path, account.pw_uid, account.pw_gid)


def become(account: pwd.struct_passwd, home: Path) -> None:
    """Give up root for good; the shell of a session starts in `home`."""
    if os.geteuid() == 0 and account.pw_uid != 0:
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    bash = shutil.which("bash") or "/bin/sh"
    os.environ.update(HOME=str(home), SHELL=bash, USER=account.pw_name, LOGNAME=account.pw_name)
