"""How a holder comes into being: forked from the helper, which has everything imported already.

`exec` of a fresh interpreter would cost about 100 ms before the prompt. The child leaves the
helper's session, closes what it inherited, and from then on nothing ties it to its parent.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from reachback_connector import unix
from reachback_connector.errors import ConnectorError
from reachback_connector.holder.log import Spool, UnitLog
from reachback_connector.holder.plan import HolderPlan
from reachback_connector.platform.port import Platform

_PATIENCE_MS = 10_000
_READY = b"1"


def fork_holder(plan: HolderPlan, platform: Platform, forget: Callable[[], None]) -> int:
    """Start a holder; its process id. ConnectorError when its job cannot be started.

    `forget` runs in the child first: it drops the secrets only the helper needs.
    """
    reading, writing = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        _live(plan, platform, forget, writing)
    os.close(writing)
    try:
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        word = os.read(reading, 500) if poll.poll(_PATIENCE_MS) else b"The shell did not start."
    finally:
        os.close(reading)
    if word != _READY:
        sentence = word.decode(errors="replace") or "The shell could not be started."
        raise ConnectorError("unknown", sentence)
    return pid


def _live(plan: HolderPlan, platform: Platform, forget: Callable[[], None], writing: int) -> None:
    """The child's whole life; a process entry point, so every error ends here."""
    status = 1
    try:
        forget()
        ready = _detach(writing)
        log = UnitLog(Spool(plan.spool))
        listener = unix.listen(plan.socket, owner=plan.owner if plan.owner >= 0 else None)
        holder = plan.begin(plan, platform, log, listener)
        os.write(ready, _READY)
        os.close(ready)
        holder.run()
        status = 0
    except BaseException as error:  # noqa: BLE001 - a process entry point: name it, then leave
        _last_words(plan.spool.parent, writing, error)
    finally:
        os._exit(status)


def _detach(writing: int) -> int:
    """Own session, no inherited descriptors but `writing` (returned under its new number)."""
    os.setsid()
    os.umask(0o077)
    os.chdir("/")
    os.dup2(writing, 3)
    null = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target)
    os.closerange(4, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65_536))
    os.set_inheritable(3, False)  # noqa: FBT003 - the standard library's own signature
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        Path("/proc/self/comm").write_text("reachback-shell")
    except OSError:
        return 3  # the name is for people only
    return 3


def _last_words(folder: Path, writing: int, error: BaseException) -> None:
    sentence = f"{type(error).__name__}: {error}"[:480]
    for descriptor in (3, writing):
        try:
            os.write(descriptor, sentence.encode())
            break
        except OSError:
            continue
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {sentence}\n"
    try:
        with (folder / "holder.log").open("a") as file:
            file.write(line)
    except OSError:
        return
