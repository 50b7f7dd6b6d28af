"""As the units start them: the helper as root by socket activation, control as nobody.

Needs root. Without it the test fails by name, or with `--allow-skips` of checks/run.py is counted
as skipped: nobody shall believe that it ran.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from link_front import Front
from lotus_customer import Customer
from lotus_device import Device

from reachback_wire.documents import Capability

CONTROL_USER = "nobody"
# What the control process imports; no `cryptography`: it knows no key.
CONTROL_NEEDS = ("reachback_wire", "reachback_connector")
# systemd's part: the listening socket as descriptor 3, and for whom it is.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, "-m", "reachback_connector.helper", *sys.argv[2:]])
"""


@pytest.fixture(autouse=True)
def as_root() -> None:
    if os.geteuid() == 0:
        return
    if os.environ.get("REACHBACK_ALLOW_SKIPS") == "1":
        pytest.skip("needs root")
    pytest.fail("This test needs root: run it as root, or allow skips (checks/run.py).")


def run_as() -> str:
    """An account that is neither root nor the control process's and has a shell."""
    for account in pwd.getpwall():
        usable = account.pw_shell.endswith("sh") and os.access(account.pw_shell, os.X_OK)
        if account.pw_uid and account.pw_name != CONTROL_USER and usable:
            return account.pw_name
    raise AssertionError("no account with a shell; PostgreSQL's package brings one (postgres)")


def readable_python(folder: Path) -> str:
    """A Python that the control process's user can run, with the packages copied beside it."""
    for name in CONTROL_NEEDS:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (os.path.realpath(sys.executable), f"/usr/bin/python{version}"):
        environment = {"PYTHONPATH": str(folder)}
        command = [python, "-c", "import reachback_connector.control.main"]
        with contextlib.suppress(OSError):
            done = subprocess.run(
                command,
                user=CONTROL_USER,
                env=environment,
                cwd="/",
                capture_output=True,
                check=False,
            )
            if done.returncode == 0:
                return python
    raise AssertionError(f"{CONTROL_USER} can run no Python {version} of this machine")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other accounts may pass through; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="reachback-split-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


class SplitDevice(Device):
    """A device whose two processes belong to two users."""

    helper: asyncio.subprocess.Process

    async def run_helper(self) -> None:
        """As reachback-connector-helper.socket and .service do."""
        account = pwd.getpwnam(CONTROL_USER)
        path = self.state / "run" / "helper.sock"
        with socket.socket(socket.AF_UNIX) as listener, self.log.open("ab") as log:
            listener.bind(str(path))
            path.chmod(0o600)
            os.chown(path, account.pw_uid, 0)
            listener.listen(16)
            number = listener.fileno()
            words = ["--state", str(self.state), "--control-user", CONTROL_USER]
            self.helper = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                ACTIVATE,
                str(number),
                *words,
                env=self.environment,
                pass_fds=[number],
                stdout=log,
                stderr=log,
            )

    async def run_control(self, python: str, library: Path) -> None:
        """As reachback-connector.service does."""
        words = ["run", "--no-helper", "--state", str(self.state)]
        with self.log.open("ab") as log:
            self.control = await asyncio.create_subprocess_exec(
                python,
                "-m",
                "reachback_connector",
                *words,
                env={"PYTHONPATH": str(library), "PYTHONUNBUFFERED": "1"},
                cwd="/",
                user=CONTROL_USER,
                group=pwd.getpwnam(CONTROL_USER).pw_gid,
                extra_groups=[],
                stdout=log,
                stderr=log,
            )

    async def end(self) -> None:
        holders = self.holders()
        if self.control is not None:
            await self.kill_control(signal.SIGTERM)
        self.helper.terminate()
        await self.helper.wait()
        for pid in holders:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
async def split(front: Front, place: Path) -> AsyncIterator[SplitDevice]:
    """Enrolled by root as the handbook says, both processes running, the link up."""
    library = place / "library"
    library.mkdir()
    device = SplitDevice(place / "state")
    front.customer.with_clause(capabilities=(Capability("shell.user", (run_as(),)),))
    words = ["--token", front.token, "--customer-keys", front.customer.fingerprint]
    url = f"http://127.0.0.1:{front.port}"
    status, _, err = await device.command("enrol", url, *words, "--user", CONTROL_USER)
    assert status == 0, err
    front.documents = front.customer.documents()
    await device.run_helper()
    try:
        await device.run_control(readable_python(library), library)
        await front.linked()
        await front.until(lambda: len(front.reports) >= 2)
        yield device
    finally:
        await device.end()


def user_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name


def try_as(user: str, code: str, *words: str) -> str:
    """Run a line of Python as somebody: the name of the error, or nothing."""
    lines = (
        f"import os, socket, sys\ntry:\n    {code}\nexcept OSError as e: print(type(e).__name__)"
    )
    python = os.path.realpath("/usr/bin/python3")
    done = subprocess.run(
        [python, "-c", lines, *words],
        user=user,
        group=pwd.getpwnam(user).pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def wish_as(customer: Customer, user: str) -> dict[str, object]:
    return {"run_as": user, "columns": 80, "rows": 24, "term": "xterm", "login": False}


async def test_a_shell_runs_as_the_contracts_user_while_control_is_nobody(
    front: Front, split: SplitDevice
) -> None:
    user, customer = run_as(), front.customer
    assert split.control is not None
    assert (user_of(split.helper.pid), user_of(split.control.pid)) == ("root", CONTROL_USER)
    word, value = await front.open(
        customer.sealed_grant(front.nonces[0]), customer.wish(parameters=wish_as(customer, user))
    )
    assert word == "opened", value
    front.type(b"echo =$(id -un)=$(id -Gn)=$HOME=\n")
    account = pwd.getpwnam(user)
    await front.sees(f"={user}=".encode())
    output = await front.sees(f"={account.pw_dir}=".encode())
    assert b"=root" not in output
    front.type(b"exit 3\n")
    channel = front.channels[16]
    await front.until(lambda: channel.closed)
    assert channel.contiguous()
    assert channel.receipts()[-1]["event"] == "end"


async def test_root_is_refused_because_the_contract_does_not_name_it(
    front: Front, split: SplitDevice
) -> None:
    customer = front.customer
    word, value = await front.open(
        customer.sealed_grant(front.nonces[0]), customer.wish(parameters=wish_as(customer, "root"))
    )
    assert (word, value["code"], value["by"]) == ("refused", "parameter-refused", "device")


async def _id_of_a_shell(front: Front, user: str, capability: str, session: str) -> None:
    """Open a shell as `user` and see who it is."""
    customer, ch = front.customer, 16 + len(front.channels)
    number = len(front.channels)
    grant = customer.sealed_grant(
        front.nonces[number], id=session, session=session, capabilities=(capability,)
    )
    wish = customer.wish(f"{session}.1", grant=session, parameters=wish_as(customer, user))
    word, value = await front.open(grant, wish, ch)
    assert word == "opened", value
    front.type(b"echo =$(id -un)=\nexit\n", ch)
    await front.sees(f"={user}=".encode(), ch)
    await front.until(lambda: front.channels[ch].closed)


async def test_the_service_user_a_named_user_and_the_administrator_each_by_their_clause(
    front: Front, split: SplitDevice
) -> None:
    customer = front.customer
    users = Capability("shell.user", (CONTROL_USER, run_as()))
    first = replace(customer.contract.clauses[0], capabilities=(users,))
    second = replace(first, number=2, capabilities=(Capability("shell.admin"),))
    customer.contract = replace(customer.contract, serial=2, clauses=(first, second))
    split_contract = customer.documents()[1]
    front.control(32, {"id": "c2", "kind": "contract", **split_contract.to_json()})
    await front.until(lambda: any(each.get("document") == "c2" for each in front.reports))
    for number, user in enumerate(users.values):
        await _id_of_a_shell(front, user, "shell.user", f"user{number}")
    await _id_of_a_shell(front, "root", "shell.admin", "admin")
    wish = customer.wish("low.1", grant="low", parameters=wish_as(customer, "root"))
    low = customer.sealed_grant(front.nonces[3], id="low", session="low")
    word, value = await front.open(low, wish, 40)
    assert (word, value["code"]) == ("refused", "parameter-refused")


async def test_only_the_control_user_reaches_the_helper_and_nobody_its_key(
    front: Front, split: SplitDevice
) -> None:
    key, door = split.state / "helper" / "device.key", split.state / "run" / "helper.sock"
    assert key.read_bytes().startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    read, memory = "open(sys.argv[1], 'rb').read(1)", f"/proc/{split.helper.pid}/environ"
    for user in (CONTROL_USER, run_as()):
        assert try_as(user, read, str(key)) == "PermissionError"
        assert try_as(user, read, memory) == "PermissionError"
        assert try_as(user, "os.listdir(sys.argv[1])", str(key.parent)) == "PermissionError"
    enter = "socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    assert try_as(CONTROL_USER, enter, str(door)) == ""
    assert try_as(run_as(), enter, str(door)) == "PermissionError"
    # The kernel answers, not the file's mode: a door left open lets nobody else in either.
    door.chmod(0o666)
    talk = "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'{}'); s.recv(9)"
    assert try_as(run_as(), talk, str(door)) in {"", "ConnectionResetError", "BrokenPipeError"}
    await front.until(lambda: "was turned away" in split.log.read_text())
