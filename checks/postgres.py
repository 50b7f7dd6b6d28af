"""A private PostgreSQL cluster on a free loopback port, made with the server's own programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from checks.components import COMPONENTS
from checks.ports import free_port


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings the user for it."""
    if os.geteuid() == 0:
        return ["runuser", "-u", "postgres", "--", *command]
    return command


def _run(*command: str | Path) -> None:
    """Run one of the server's programs as its user; a failure raises CalledProcessError."""
    words = _as_server_user([str(word) for word in command])
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster, give its URL (database ``reachback``), stop and remove it."""
    initdb = next(c for c in COMPONENTS if c.name == "PostgreSQL server").path()
    if initdb is None:
        raise RuntimeError("PostgreSQL server is missing: apt-get install postgresql")
    binaries = Path(initdb).parent
    folder = Path(tempfile.mkdtemp(prefix="reachback-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", free_port()
    try:
        _run(binaries / "initdb", "-D", data, "-U", "reachback", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        # Durability is off: the cluster lives as long as one test run.
        options = (
            f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c max_connections=100"
        )
        _run(binaries / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            _run(binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "reachback",
                "reachback")  # fmt: skip
            yield f"postgres://reachback@127.0.0.1:{port}/reachback"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
