"""Real processes for the front's tests: the front itself and the other end of its Unix sockets."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from checks.ports import free_port

from reachback_wire.sealing import RecordsKeys, unseal

HERE = Path(__file__).parent
SECRET = "5ec2e7" * 10
RECORDS_KEY = "7e" * 32


def segment_of(path: Path) -> bytes:
    """A segment as it was before it was sealed."""
    return unseal(path.read_bytes(), RecordsKeys.parse(RECORDS_KEY)).content


class Processes:
    """A front and a web process in a folder of their own, started and ended by the test."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.host = host
        self.data = folder / "data"
        self.told_folder = folder / "web"
        self.static = folder / "static"
        self.run = self.data / "run"
        for made in (self.run, self.told_folder, self.static):
            made.mkdir(parents=True)
        (self.run / "front.secret").write_text(SECRET)
        (self.data / "keys").mkdir()
        (self.data / "keys" / "records_key").write_text(RECORDS_KEY)
        self.port = free_port()
        self.environment: dict[str, str] = {}
        # A command the front is started under, for example one that limits file sizes.
        self.wrapper: list[str] = []
        self.opened: list[aiohttp.ClientResponse] = []
        self.front: subprocess.Popen[bytes] | None = None
        self.web: subprocess.Popen[bytes] | None = None
        self.log = folder / "front.log"
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.inside = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(self.run / "front.sock")),
            headers={"X-Reachback-Front": SECRET},
        )

    @property
    def address(self) -> str:
        return f"http://{self.authority}"

    @property
    def authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def start_web(self) -> None:
        command = [sys.executable, str(HERE / "web_process.py"), str(self.run / "web.sock")]
        self.web = _started([*command, SECRET, str(self.told_folder)], {}, self.log)
        await _answering(str(self.run / "web.sock"))

    async def start_front(self) -> None:
        environment = {
            "REACHBACK_DATA": str(self.data),
            "REACHBACK_LISTEN": self.authority,
            "REACHBACK_STATIC": str(self.static),
            "REACHBACK_NODE": "main",
        }
        command = [sys.executable, "-m", "reachback_gateway.program"]
        self.front = _started([*self.wrapper, *command], environment | self.environment, self.log)
        await _answering((self.host, self.port))

    def kill_front(self) -> None:
        _end(self.front, signal.SIGKILL)
        self.front = None

    def stop_web(self) -> None:
        _end(self.web, signal.SIGKILL)
        self.web = None

    async def close(self) -> None:
        for answer in self.opened:
            answer.close()
        await self.http.close()
        await self.inside.close()
        _end(self.front, signal.SIGTERM)
        _end(self.web, signal.SIGKILL)

    def told(self, question: str) -> list[dict[str, Any]]:
        """What the web process was told, in order."""
        path = self.told_folder / "told.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line["body"] for line in map(json.loads, lines) if line["question"] == question]

    def logged(self, event: str) -> list[dict[str, Any]]:
        text = self.log.read_text().splitlines()
        lines = [json.loads(line) for line in text if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def answer(self, name: str, value: dict[str, Any]) -> None:
        """Give the web process what it shall answer from."""
        new = self.told_folder / f".{name}"
        new.write_text(json.dumps(value))
        new.replace(self.told_folder / name)

    async def ask_front(self, path: str, question: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        async with self.inside.post(f"http://front{path}", json=question) as answer:
            return answer.status, await answer.json()

    async def state(self) -> dict[str, Any]:
        async with self.inside.get("http://front/state") as answer:
            return await answer.json()


async def until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until `condition()`, or what it awaits, is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.01)


def _started(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as stream:
        return subprocess.Popen(command, env=os.environ | environment, stderr=stream)


def _end(process: subprocess.Popen[bytes] | None, number: signal.Signals) -> None:
    if process is not None:
        process.send_signal(number)
        process.wait(60)


async def _answering(address: str | tuple[str, int]) -> None:
    family = socket.AF_UNIX
    if not isinstance(address, str):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET

    def connects() -> bool:
        with socket.socket(family) as probe:
            return probe.connect_ex(address) == 0

    await until(connects)
