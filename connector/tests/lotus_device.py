"""A device: the installed programs as real processes over one state directory."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from link_front import Front
from lotus_customer import Customer


class Device:
    """Commands are run as processes; what they started is ended by `end`."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.state = state
        self.home = state.parent / "home"
        self.home.mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "HOME": str(self.home),
            "PS1": "$ ",
            "HISTFILE": "",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.control: asyncio.subprocess.Process | None = None
        self.log = state.parent / "control.log"

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "reachback_connector",
            arguments[0],
            "--state",
            str(self.state),
            *arguments[1:],
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def enrol(self, front: Front, customer: Customer, **changes: str) -> tuple[int, str, str]:
        return await self.command(
            "enrol",
            f"http://127.0.0.1:{front.port}",
            "--token",
            changes.get("token", front.token),
            "--customer-keys",
            changes.get("keys", customer.fingerprint),
        )

    def link_through(self, port: int, host: str = "127.0.0.1") -> None:
        path = self.state / "connector.json"
        value = json.loads(path.read_text())
        value["link_url"] = f"ws://{host}:{port}/-/link/device"
        path.write_text(json.dumps(value))

    async def link(self, front: Front, through: int) -> None:
        """Enrol, take the customer's documents and come up, by the port of a cutting proxy."""
        status, _, err = await self.enrol(front, front.customer)
        assert status == 0, err
        self.link_through(through)
        front.documents = front.customer.documents()
        await self.run()
        await front.linked()
        await front.until(lambda: len(front.reports) >= 2)

    async def run(self) -> None:
        with self.log.open("ab") as log:
            self.control = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "reachback_connector",
                "run",
                "--state",
                str(self.state),
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    async def kill_control(self, number: int = signal.SIGKILL) -> None:
        assert self.control is not None
        if self.control.returncode is None:
            self.control.send_signal(number)
        await self.control.wait()
        self.control = None

    def helper_pid(self) -> int:
        """The helper's process id, by its command line."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and entry.name != str(os.getpid()):
                try:
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                    session = (entry / "comm").read_text().strip() == "reachback-shell"
                except OSError:  # it ended between two looks
                    continue
                ours = os.fsencode(self.state) in command
                if ours and b"reachback_connector.helper" in command and not session:
                    return int(entry.name)
        return 0

    def holders(self) -> list[int]:
        records = (self.state / "helper" / "channels").glob("*.json")
        return [int(json.loads(path.read_text())["pid"]) for path in records]

    async def end(self) -> None:
        holders = self.holders()
        if self.control is not None:
            await self.kill_control(signal.SIGTERM)
        pid = self.helper_pid()
        for number in [*([pid] if pid else []), *holders]:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
