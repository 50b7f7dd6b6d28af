"""Click to prompt and key echo over bad lines, beside OpenSSH, mosh and MeshCentral.

The line is a TUN emulator between two network namespaces of this machine: loss counts each way.
Ours: technician and front near, behind nginx with TLS; the connector beyond the line, its link
warm, as it is in an installation. Peers: sshd and mosh-server beyond the line, where a click is a
login (for mosh ssh's and then its own); MeshCentral's server near, its agent warm beyond the line,
its cookies fetched before the click. Echo is what really came back: no prediction of ours is in
these figures, and mosh is measured without its own and with it.
"""

import asyncio
import contextlib
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvloop
from journeys.demo import Demo

from bench import line_peers as peers
from bench import meshcentral, namespace, terminals
from bench.far_device import FarDevice, encrypted
from bench.installation import installed
from bench.line_emulator import Profile
from bench.results import Figure, Report
from bench.technician import Shell, Technician

LINES = {
    "satellite 600 ms, 1 %, 512 kbit/s": Profile(600, 0.01, 512_000),
    "dial-up 150 ms, 33.6 kbit/s": Profile(150, 0.0, 33_600),
    "WiFi 50 ms, 10 %, 5 Mbit/s": Profile(50, 0.10, 5_000_000),
}
CUT_LINE = "300 ms, 5 %, 56 kbit/s, a cut every 6 s"
CUT = Profile(300, 0.05, 56_000, cut=6.0)
CLICKS, PEER_CLICKS, KEYS = 5, 2, 12
SETTLE = 0.2
SETTLED = 20.0
BAR_CLICK = 1_000.0
ROWS, ROW = 7_571, re.compile(rb"10\d{4}")
TRANSFER = f"seq 100000 {100_000 + ROWS - 1}"
LONGEST = 60.0
ANY_PROMPT = re.compile(rb"[#$](?!\w)")
Terminal = Shell | peers.Local | meshcentral.Terminal


async def until_prompt(terminal: Terminal) -> None:
    """Wait for a prompt; a line may need its time. mosh paints no space at the end of a row."""
    await terminals.seen(terminal, ANY_PROMPT, seconds=LONGEST)


async def echo(terminal: Terminal, rtt: float) -> list[float]:
    """Milliseconds from a key to its echo; each key has the line to itself."""
    taken = []
    for _ in range(KEYS):
        await asyncio.sleep(rtt / 1_000 + SETTLE)
        terminal.arrived.clear()
        began = time.perf_counter()
        await terminals.press(terminal, b"k")
        await asyncio.wait_for(terminal.arrived.wait(), LONGEST)
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


async def timed(start: Callable[[], Awaitable[Terminal]]) -> tuple[float, Terminal]:
    """Milliseconds from a click to the prompt."""
    began = time.perf_counter()
    terminal = await start()
    await until_prompt(terminal)
    return (time.perf_counter() - began) * 1_000, terminal


class OneLine:
    """One profile: ours and the peers in turns."""

    def __init__(
        self,
        report: Report,
        technician: Technician,
        login: peers.Login | None,
        mesh: meshcentral.MeshCentral | None,
    ) -> None:
        self.report = report
        self.technician = technician
        self.login = login
        self.mesh = mesh

    async def measure(self, name: str, profile: Profile) -> None:
        """Clicks, then keys."""
        clicks, shell = await self._ours(profile)
        found, echoes = {"ours": clicks}, {"ours": await echo(shell, profile.rtt)}
        await shell.end()
        if self.login is not None:
            ssh, mosh = self.login.ssh(), self.login.mosh
            found["ssh"], echoes["ssh"] = await self._peer(ssh, profile, PEER_CLICKS)
            found["mosh"], echoes["mosh"] = await self._peer(mosh("never"), profile, 1)
            _, echoes["mosh predicting"] = await self._peer(mosh("adaptive"), profile, 1)
        if self.mesh is not None:
            found["MeshCentral"], echoes["MeshCentral"] = await self._mesh(self.mesh, profile)
        self._say_clicks(name, found)
        self._say_echo(name, profile, echoes)

    async def _mesh(
        self, mesh: meshcentral.MeshCentral, profile: Profile
    ) -> tuple[list[float], list[float]]:
        taken: list[float] = []
        while True:
            milliseconds, terminal = await timed(mesh.click)
            assert isinstance(terminal, meshcentral.Terminal)
            taken.append(milliseconds)
            try:
                if len(taken) == CLICKS:
                    await terminals.settled(terminal)
                    return taken, await echo(terminal, profile.rtt)
            finally:
                await terminal.close()
            await asyncio.sleep(2 * profile.rtt / 1_000 + 1)

    async def _ours(self, profile: Profile) -> tuple[list[float], Shell]:
        taken = []
        for _ in range(CLICKS):
            milliseconds, shell = await timed(self.technician.connect)
            assert isinstance(shell, Shell)
            taken.append(milliseconds)
            await shell.end()
            await asyncio.sleep(2 * profile.rtt / 1_000 + 1)
        return taken, await self._settled()

    async def _settled(self) -> Shell:
        _, shell = await timed(self.technician.connect)
        assert isinstance(shell, Shell)
        await terminals.settled(shell)
        return shell

    async def _peer(
        self, words: list[str], profile: Profile, clicks: int
    ) -> tuple[list[float], list[float]]:
        """A peer's clicks and the echo of the last one's terminal."""

        async def start() -> Terminal:
            return peers.Local.start(words)

        taken: list[float] = []
        while True:
            milliseconds, terminal = await timed(start)
            assert isinstance(terminal, peers.Local)
            taken.append(milliseconds)
            try:
                if len(taken) == clicks:
                    await terminals.settled(terminal)
                    return taken, await echo(terminal, profile.rtt)
            finally:
                terminal.stop()

    def _say_clicks(self, name: str, found: dict[str, list[float]]) -> None:
        ours = statistics.median(found["ours"])
        others = {n: statistics.median(v) for n, v in found.items() if n != "ours" and v}
        self.report.add(
            Figure(
                f"{name}: click → prompt, n = {len(found['ours'])}",
                f"{ours:.0f} ms median, {max(found['ours']):.0f} most",
                ", ".join(f"{n} {v:.0f} ms" for n, v in others.items()),
                ", ".join(f"{n} {v / ours:.1f} : 1" for n, v in others.items()),
                f"≤ {BAR_CLICK:.0f} ms" if "600 ms" in name else "",
                ours <= BAR_CLICK if "600 ms" in name else None,
            )
        )

    def _say_echo(self, name: str, profile: Profile, echoes: dict[str, list[float]]) -> None:
        ours = statistics.median(echoes["ours"])
        others = {n: statistics.median(v) for n, v in echoes.items() if n != "ours"}
        self.report.add(
            Figure(
                f"{name}: key echo, nothing predicted by us, n = {len(echoes['ours'])}",
                f"{ours:.0f} ms median, {max(echoes['ours']):.0f} most",
                ", ".join(f"{n} {v:.0f} ms" for n, v in others.items()),
                ", ".join(f"{n} {v / ours:.2f} : 1" for n, v in others.items()),
                f"≤ round trip + 150 ms = {profile.rtt + 150:.0f} ms",
                ours <= profile.rtt + 150,
            )
        )


Opened = TypeVar("Opened")


async def patiently(start: Callable[[], Awaitable[Opened]]) -> Opened:
    """Press Connect until the device is there and its nonces have come through."""
    until = time.monotonic() + LONGEST
    while True:
        try:
            return await start()
        except ConnectionError as error:
            waiting = "no-nonce" in str(error) or "device-offline" in str(error)
            if not waiting or time.monotonic() > until:
                raise
        await asyncio.sleep(1)


async def measure(report: Report, folder: Path, demo: Demo, far: namespace.FarSide) -> None:
    """Every line in order."""
    technician = Technician(demo)
    await technician.enter()
    await technician.find_button()
    lacking = peers.missing() + ([] if meshcentral.installed() else ["MeshCentral (npm)"])
    report.notes.extend(f"Peer not measured: {name} is missing." for name in lacking)
    async with contextlib.AsyncExitStack() as stack:
        port = stack.enter_context(encrypted(folder / "tls", far.near, demo.port))
        link = f"wss://{far.near}:{port}/-/link/device"
        device = FarDevice(demo, far, link, folder / "tls" / "cert.pem")
        stack.callback(device.go_home)
        stack.push_async_callback(technician.close)
        login = mesh = None
        if not peers.missing():
            login = stack.enter_context(peers.sshd(folder / "ssh", far))
        if meshcentral.installed():
            far.become(Profile())  # its agent fetches 600 KB of program first: not counted
            (folder / "peer").mkdir()
            mesh = await stack.enter_async_context(meshcentral.meshcentral(folder / "peer", far))
            await asyncio.sleep(SETTLED)
        await _lines(report, OneLine(report, technician, login, mesh), device, far)


async def _lines(report: Report, one: OneLine, device: FarDevice, far: namespace.FarSide) -> None:
    for name, profile in LINES.items():
        far.become(profile)
        up = await device.start()
        report.notes.append(f"{name}: start of the connector to the link being up {up:.1f} s.")
        await asyncio.sleep(3)
        await one.measure(name, profile)
        device.stop()


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    lacking = namespace.missing()
    if lacking:
        report.notes.append(f"{len(lacking)} missing, nothing measured: {', '.join(lacking)}.")
        print(report.notes[-1])
        return report
    with installed(folder, "--no-cable") as demo, namespace.far_side() as far:
        uvloop.run(measure(report, folder, demo, far))
    return report
