"""When the demo ends, the shells on its machine end with it: real holders, real shells."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reachback.config.demo.hotel import shells

# As the connector's helper does it: fork a holder with a shell, then leave it alone.
HOLD = """
import getpass, pwd, os, sys, time
from functools import partial
from pathlib import Path
from reachback_connector import platform
from reachback_connector.holder.birth import fork_holder
from reachback_connector.holder.channel import ChannelHolder
from reachback_connector.holder.plan import HolderPlan
from reachback_connector.holder.session import ShellJob
from reachback_connector.platform.port import ShellRequest
state = Path(sys.argv[2])
name = pwd.getpwuid(os.geteuid()).pw_name
shell = ShellRequest(name, 80, 24, login=False)
begin = partial(ChannelHolder, partial(ShellJob, shell))
plan = HolderPlan("s1.1", "shell", begin, b"exec sleep 600\\n", {}, "freeze",
    (int(time.time()) + 600) * 1000, state / "holder.sock", state / "spool",
    state / "helper.sock", frozenset({os.geteuid()}), os.geteuid())
print(fork_holder(plan, platform.current(), lambda: None), flush=True)
"""


def hold(state: Path) -> int:
    state.mkdir()
    command = [sys.executable, "-c", HOLD, "--state", str(state)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=None, timeout=150
    )
    return int(done.stdout)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[int]:
    yield hold(tmp_path / "other")
    shells.end(tmp_path / "other")


def test_every_shell_of_the_demos_machine_ends_and_nobody_elses(tmp_path: Path, other: int) -> None:
    pid = hold(tmp_path / "hotel")
    holder = shells._look(pid)
    assert holder is not None
    family = shells._with_children(
        [holder], [p for n in shells._pids() if (p := shells._look(n)) is not None]
    )
    assert len(family) >= 2
    assert shells.end(tmp_path / "hotel") == 1
    assert not [process for process in family if process.lives()]
    assert shells._look(other) is not None
    assert shells.end(tmp_path / "hotel") == 0
