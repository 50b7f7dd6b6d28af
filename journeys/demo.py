"""A running demo for a journey: its own folder, its own port, ended with everything it started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.ports import free_port

READY_SECONDS = 150
COMMAND = [sys.executable, "-m", "reachback.config.cli", "demo"]


@dataclass(frozen=True)
class Demo:
    """Addresses, folders and processes of a running demo."""

    port: int
    data: Path
    environment: dict[str, str]

    def url(self, host: str, path: str = "/") -> str:
        """Return an address on one of the demo's hosts (``""`` is the first page's)."""
        name = f"{host}.localhost" if host else "localhost"
        return f"http://{name}:{self.port}{path}"

    def say(self, *words: str) -> str:
        """Run `reachback demo WORD …` as somebody at the machine would."""
        done = subprocess.run(
            [*COMMAND, *words, "--data", str(self.data)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def snip(self, counts: list[int]) -> None:
        """Reset the hotel's line after so many bytes each, inside frames."""
        self._order("snip", *map(str, counts))

    def silence(self, seconds: float) -> None:
        """Have the hotel's line swallow everything without closing anything, and then be whole."""
        self._order("silence", f"{seconds:g}")

    def _order(self, *words: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.connect(str(self.data / "run" / "cable.sock"))
            peer.sendall(" ".join(words).encode() + b"\n")
            assert peer.recv(100) == f"{words[0]}\n".encode()

    def pid(self, program: str) -> int:
        """Return the process id of one of the supervised programs."""
        return int((self.data / "run" / f"{program}.pid").read_text("ascii"))

    def kill(self, program: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Kill a supervised program; the supervisor starts it again."""
        pid = self.pid(program)
        os.kill(pid, number)
        return pid

    def wait_restarted(self, program: str, old: int, seconds: float = 90) -> None:
        """Wait until the supervisor runs a new process of that program."""
        wait_for(lambda: self._new_pid(program, old), f"{program} was not restarted", seconds)

    def _new_pid(self, program: str, old: int) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return self.pid(program) != old
        return False

    def state(self) -> dict[str, Any]:
        """Return /demo/state.json, or nothing while the web process is away."""
        with contextlib.suppress(urllib.error.URLError, OSError, ValueError):
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/demo/state.json", timeout=30
            ) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        return {}


def wait_for(condition: Any, sentence: str, seconds: float = 90) -> None:
    """Wait for a condition that another process makes true; fail with a sentence."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(sentence)


@contextlib.contextmanager
def folder_for_two() -> Iterator[Path]:
    """Give a folder that another account may pass through: the hotel's machine may be `nobody`.

    pytest's own folders do not serve: each start of pytest closes their common parent again.
    """
    folder = Path(tempfile.mkdtemp(prefix="reachback-journey-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def of_its_own(database_url: str = "") -> Iterator[Demo]:
    """Run a demo in a folder of its own; or give the one that REACHBACK_JOURNEY_DEMO names.

    PORT:FOLDER there is a demo that runs already, while a journey is being written.
    """
    if running_already := os.environ.get("REACHBACK_JOURNEY_DEMO"):
        port, _, place = running_already.partition(":")
        yield Demo(int(port), Path(place), dict(os.environ))
        return
    with folder_for_two() as folder, running(folder / "demo", database_url=database_url) as started:
        yield started


@contextlib.contextmanager
def running(
    data: Path, *options: str, database_url: str = "", reached_as: str = ""
) -> Iterator[Demo]:
    """Start a demo, give it when its device is ready, end it.

    `reached_as` is another name it is reached by, through a proxy on this machine.
    """
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REACHBACK_")}
    # where a journey may set up a scanner; until then nobody listens there
    environment["REACHBACK_SCANNER"] = f"unix:{data.parent / 'clamd.sock'}"
    if database_url:
        environment["REACHBACK_DATABASE_URL"] = database_url
    if reached_as:
        environment["REACHBACK_HOSTS"] = f".localhost,localhost,127.0.0.1,{reached_as}"
        environment["REACHBACK_PROXIES"] = "127.0.0.1"
    demo = Demo(port, data, environment)
    output = (data.parent / f"{data.name}.out").open("w")
    process = subprocess.Popen(
        [*COMMAND, "--data", str(data), "--port", str(port), *options],
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for(
            lambda: process.poll() is not None or demo.state().get("device") == "ready",
            "the demo did not become ready",
            READY_SECONDS,
        )
        if process.poll() is not None:
            raise AssertionError((data.parent / f"{data.name}.out").read_text()[-4000:])
        yield demo
    except BaseException:
        keep_logs(data)
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(90)
        process.kill()
        process.wait()
        output.close()
    wait_for(lambda: not left_behind(data), "the demo left processes behind")


def left_behind(data: Path) -> list[str]:
    """Return the command lines of processes that still name the demo's folders."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if os.fsencode(data) in command:
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def keep_logs(data: Path) -> None:
    """Copy the demo's log beside the screenshots of a failed journey."""
    artifacts = Path(__file__).parent / "artifacts"
    artifacts.mkdir(exist_ok=True)
    for file in (data / "demo.log", data.parent / f"{data.name}.out"):
        if file.exists():
            shutil.copy(file, artifacts / f"{data.name}-{file.name}")
