"""The helper as a process: `python -m reachback_connector.helper --state DIR`."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import pwd
import signal
import sys
from pathlib import Path

from reachback_connector import platform, unix
from reachback_connector.errors import ConnectorError, StateError, UsageError
from reachback_connector.helper.channels import ChannelBook
from reachback_connector.helper.desk import Desk
from reachback_connector.helper.opening import Opening
from reachback_connector.helper.server import Server
from reachback_connector.helper.vault import Vault
from reachback_connector.layout import Layout, default_state


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, `stop`, or the end of the process that spawned us (`--parent`)."""
    parser = argparse.ArgumentParser(prog="reachback-connector-helper", description=__doc__)
    parser.add_argument("--state", type=Path, default=None, help="state directory")
    parser.add_argument("--control-user", default="", help="user of the control process")
    parser.add_argument("--parent", type=int, default=0, help="leave when this process has left")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    layout = Layout((options.state or default_state()).absolute())
    try:
        serve(layout, options.control_user, options.parent)
    except ConnectorError as error:
        print(error.sentence, file=sys.stderr)  # noqa: T201 - the command's own output
        return error.status
    return 0


def serve(layout: Layout, control_user: str, parent: int) -> None:
    """Put the parts together and run."""
    layout.make()
    lock = _lock(layout)
    owner = _user(control_user)
    allowed = frozenset({os.geteuid(), owner})
    system = platform.current()
    vault = Vault(layout, system.boot_id())
    channels = ChannelBook(layout, system)
    opening = Opening(layout, system, vault, channels, allowed, owner)
    desk = Desk(layout, system, vault, channels, opening)
    listener = unix.activated() or unix.listen(layout.helper_socket, owner=owner)

    def tick() -> None:
        desk.tick()
        orphan = parent > 0 and os.getppid() != parent
        server.stopping = server.stopping or desk.stopping or orphan

    server = Server(listener, allowed, desk.answer, tick)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.run()
    os.close(lock)


def _lock(layout: Layout) -> int:
    """One helper per state directory. The lock does not follow into holders."""
    descriptor = os.open(layout.helper / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StateError("helper-running", f"Another helper serves {layout.state}.") from error
    return descriptor


def _user(name: str) -> int:
    if not name:
        return os.geteuid()
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise UsageError("user", f"There is no user {name}.") from error
