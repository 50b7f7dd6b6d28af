"""MeshCentral from npm with its agent, started beside ours as the peer; and its clients in Python.

Installed once into `~/.cache/reachback-bench` (`npm install meshcentral@1.1.55`, 450 MB); every
run uses a folder of its own. TLS cannot be switched off in MeshCentral's agent link.
"""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from checks.ports import free_port

from bench.namespace import FarSide

VERSION = "1.1.55"
CACHE = Path.home() / ".cache" / "reachback-bench"
PROGRAM = CACHE / "node_modules" / "meshcentral"
READY_SECONDS = 120
TERMINAL = "1"
OPTIONS = {"ctrlChannel": "102938", "type": "options", "cols": 80, "rows": 24}


def installed() -> bool:
    """Whether MeshCentral is there, after an attempt to install it."""
    if not PROGRAM.exists() and shutil.which("npm"):
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-fund", "--no-audit", f"meshcentral@{VERSION}"]
        subprocess.run(command, cwd=CACHE, check=False)
    return PROGRAM.exists()


def trusting() -> ssl.SSLContext:
    """Return a TLS context that takes MeshCentral's own certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@dataclass
class Terminal:
    """A relay to the agent's shell. `received` counts bytes of the terminal."""

    socket: aiohttp.ClientWebSocketResponse
    received: bytearray = field(default_factory=bytearray)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Wait for the agent, ask for a terminal, read from now on."""
        async for message in self.socket:
            if message.data in {"c", "cr"}:
                break
        await self.socket.send_str(json.dumps(OPTIONS))
        await self.socket.send_str(TERMINAL)
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            data = message.data
            if isinstance(data, str):
                if data.startswith("{"):
                    continue  # the agent's control channel
                data = data.encode()
            self.received += data
            self.arrived.set()

    async def type(self, data: bytes) -> None:
        """Send keys."""
        await self.socket.send_bytes(data)

    async def close(self) -> None:
        """End the relay and with it the shell."""
        if self.reading is not None:
            self.reading.cancel()
        await self.socket.close()


class MeshCentral:
    """A running server with one agent, and a signed-in control connection."""

    def __init__(self, folder: Path, far: FarSide | None = None) -> None:
        self.folder = folder
        self.far = far
        self.host = far.near if far else "127.0.0.1"
        self.port = free_port()
        self.password = secrets.token_urlsafe(12)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.http: aiohttp.ClientSession | None = None
        self.control: aiohttp.ClientWebSocketResponse | None = None
        self.node = ""
        self.cookies: dict[str, str] = {}

    def server(self, *words: str) -> list[str]:
        """Return the command of the server program."""
        data = ["--datapath", str(self.folder / "data"), "--filespath", str(self.folder / "files")]
        return ["node", str(PROGRAM), *data, *words]

    def configure(self) -> None:
        """Write the settings and make the account."""
        (self.folder / "data").mkdir(parents=True)
        settings = {
            "cert": self.host, "port": self.port, "portBind": self.host, "redirPort": 0,
            "mpsPort": 0, "WANonly": True, "AgentPong": 300,
        }  # fmt: skip
        recording = {"index": True, "protocols": [1, 2, 5], "filepath": str(self.folder / "rec")}
        domains = {"": {"sessionRecording": recording}}
        text = json.dumps({"settings": settings, "domains": domains})
        (self.folder / "data" / "config.json").write_text(text)
        account = ["--createaccount", "admin", "--pass", self.password, "--email", "a@b.example"]
        for words in (account, ["--adminaccount", "admin"]):
            self.run(self.server(*words))

    def run(self, command: list[str]) -> str:
        """Run a command of the peer to its end; return what it said."""
        environment = os.environ | {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}
        done = subprocess.run(
            command, env=environment, cwd=CACHE, capture_output=True, text=True, check=False
        )
        return done.stdout

    def begin(self, command: list[str], cwd: Path) -> None:
        """Start a process of the peer in a group of its own."""
        with (self.folder / "peer.log").open("ab") as log:
            started = subprocess.Popen(
                command, cwd=cwd, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)

    def meshctrl(self, *words: str) -> str:
        """Run the peer's own command line client."""
        where = ["--url", f"wss://{self.host}:{self.port}"]
        who = ["--loginuser", "admin", "--loginpass", self.password]
        return self.run(["node", str(PROGRAM / "meshctrl.js"), *words, *where, *who])

    async def start(self) -> None:
        """Start server and agent; return when the agent is connected."""
        await asyncio.to_thread(self.configure)
        self.begin(self.server(), CACHE)
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting()))
        await self.sign_in()
        await asyncio.to_thread(self.start_agent)
        until = time.monotonic() + READY_SECONDS
        while not self.node and time.monotonic() < until:
            answer = await self.ask({"action": "nodes"}, "nodes")
            rows = [row for group in answer["nodes"].values() for row in group]
            self.node = next((row["_id"] for row in rows if row.get("conn", 0) & 1), "")
            await asyncio.sleep(0.5)
        await self.take_cookies()

    def start_agent(self) -> None:
        """Make a device group and start its agent as the peer's documentation says."""
        text = self.meshctrl("adddevicegroup", "--name", "g1", "--features", "0", "--consent", "0")
        group = text.split()[-1].removeprefix("mesh//")
        digits = base64.b64decode(group.replace("@", "+").replace("$", "/")).hex().upper()
        info = self.meshctrl("serverinfo")
        found = [line.split()[-1] for line in info.splitlines() if "agentCertHash" in line]
        agent = self.folder / "agent"
        agent.mkdir()
        shutil.copy(PROGRAM / "agents" / "meshagent_x86-64", agent / "meshagent")
        (agent / "meshagent").chmod(0o700)
        identity = base64.b64decode(found[0].replace("@", "+").replace("$", "/")).hex().upper()
        lines = ("MeshName=g1", "MeshType=2", f"MeshID=0x{digits}", f"ServerID={identity}",
                 f"MeshServer=wss://{self.host}:{self.port}/agent.ashx")  # fmt: skip
        (agent / "meshagent.msh").write_text("\n".join(lines) + "\n")
        words = [str(agent / "meshagent"), "connect", "--agentName=a1"]
        self.begin(self.far.command(*words) if self.far else words, agent)

    async def sign_in(self) -> None:
        """Open the control connection a signed-in page has."""
        words = (b"admin", self.password.encode())
        token = ",".join(base64.b64encode(word).decode() for word in words)
        until = time.monotonic() + READY_SECONDS
        while self.control is None:
            try:
                assert self.http is not None
                self.control = await self.http.ws_connect(
                    f"wss://{self.host}:{self.port}/control.ashx", headers={"x-meshauth": token}
                )
            except (OSError, aiohttp.ClientError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.5)

    async def ask(self, question: dict[str, Any], answer: str) -> dict[str, Any]:
        """Ask on the control connection; return the answer of that action."""
        assert self.control is not None
        await self.control.send_json(question)
        async for message in self.control:
            value: dict[str, Any] = json.loads(message.data)
            if value.get("action") == answer:
                return value
        raise ConnectionError("MeshCentral closed its control connection.")

    async def take_cookies(self) -> None:
        """Fetch the cookies a page fetches before anybody clicks (not counted against the peer)."""
        self.cookies = await self.ask({"action": "authcookie"}, "authcookie")

    async def click(self) -> Terminal:
        """Do what the page does when somebody clicks on Connect in a terminal's tab."""
        assert self.http is not None
        assert self.control is not None
        id_ = secrets.token_hex(8)
        query = f"p={TERMINAL}&nodeid={self.node}&id={id_}"
        value = f"*/meshrelay.ashx?{query}&rauth={self.cookies['rcookie']}"
        tunnel = {"action": "msg", "type": "tunnel", "usage": 1, "nodeid": self.node}
        await self.control.send_json(tunnel | {"value": value})
        socket = await self.http.ws_connect(
            f"wss://{self.host}:{self.port}/meshrelay.ashx?browser=1&{query}"
            f"&auth={self.cookies['cookie']}",
            max_msg_size=0,
        )
        terminal = Terminal(socket)
        await terminal.begin()
        return terminal

    async def close(self) -> None:
        """End everything that was started."""
        if self.control is not None:
            await self.control.close()
        if self.http is not None:
            await self.http.close()
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@contextlib.asynccontextmanager
async def meshcentral(folder: Path, far: FarSide | None = None) -> AsyncIterator[MeshCentral]:
    """Give a running MeshCentral with an agent, beyond a line or here; end it afterwards."""
    peer = MeshCentral(folder, far)
    try:
        await peer.start()
        yield peer
    finally:
        await peer.close()
