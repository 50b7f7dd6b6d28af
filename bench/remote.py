"""Click to prompt, key echo and shell output, ours beside MeshCentral in the same run, in turns.

Ours is the installation of `reachback demo`: POST connect, link, signed OPEN, prompt; a recorder
writes everything. The peer's recording is on, too; its cookies are fetched before the click. Both
shells are bash with an empty home. Ours is measured over http, the peer cannot do without TLS.
"""

import asyncio
import statistics
import time
from pathlib import Path

import uvloop
from journeys.demo import Demo

from bench import meshcentral as peer
from bench import terminals
from bench.installation import installed
from bench.results import Figure, Report, percentile, spread
from bench.technician import Shell, Technician
from bench.visitors import Crowd

CLICKS = 24
KEYS = 600
PRINTS = 3
CLIENTS = 8
BAR_CLICK, BAR_ECHO, BAR_ECHO_P99 = 60.0, 1.0, 5.0


class Both:
    """Ours and, when npm is there, the peer."""

    def __init__(self, technician: Technician, other: peer.MeshCentral | None) -> None:
        self.technician = technician
        self.other = other

    async def clicks(self, report: Report) -> None:
        """Press Connect in turns."""
        ours: list[float] = []
        theirs: list[float] = []
        bare: list[float] = []
        for number in range(CLICKS + 2):
            mine = await self._click()
            other = await self._other_click() if self.other else 0.0
            shell = await asyncio.to_thread(terminals.bare_shell)
            if number >= 2:  # the first two warm both up
                ours.append(mine)
                theirs.append(other)
                bare.append(shell)
            await asyncio.sleep(0.8)  # what the last session left to do is done by then
        middle = statistics.median(ours)
        report.add(
            Figure(
                f"click → prompt, n = {len(ours)}",
                f"{middle:.0f} ms median, {max(ours):.0f} most",
                f"{statistics.median(theirs):.0f} ms median, {max(theirs):.0f} most",
                ratio(statistics.median(theirs), middle),
                f"≤ {BAR_CLICK:.0f} ms",
                middle <= BAR_CLICK,
            )
        )
        report.add(Figure("the shell alone on a bare terminal", spread(bare)))

    async def _click(self) -> float:
        began = time.perf_counter()
        shell = await self.technician.connect()
        await terminals.seen(shell, terminals.PROMPT)
        taken = (time.perf_counter() - began) * 1_000
        await shell.end()
        return taken

    async def _other_click(self) -> float:
        assert self.other is not None
        began = time.perf_counter()
        terminal = await self.other.click()
        await terminals.seen(terminal, terminals.PROMPT)
        taken = (time.perf_counter() - began) * 1_000
        await terminal.close()
        return taken

    async def shells(self) -> list[Shell | peer.Terminal]:
        """Open a shell here and there."""
        found: list[Shell | peer.Terminal] = [await self.technician.connect()]
        if self.other is not None:
            found.append(await self.other.click())
        for shell in found:
            await terminals.seen(shell, terminals.PROMPT)
            await terminals.settled(shell)
        return found


def ratio(theirs: float, ours: float) -> str:
    """Say how many times better ours is where less is better."""
    return f"{theirs / ours:.1f} : 1" if theirs and ours else ""


async def echo(report: Report, shells: list[Shell | peer.Terminal], words: str) -> None:
    """Type in turns and report."""
    taken: list[list[float]] = [[] for _ in shells]
    for _ in range(KEYS // 60):
        for shell, times in zip(shells, taken, strict=True):
            times.extend(await terminals.echoes(shell, 60))
    middle, high = statistics.median(taken[0]), percentile(taken[0], 0.99)
    report.add(
        Figure(
            f"key echo {words}, n = {len(taken[0])}",
            spread(taken[0]),
            spread(taken[1]) if taken[1:] else "",
            ratio(statistics.median(taken[1]), middle) if taken[1:] else "",
            f"p50 ≤ {BAR_ECHO:.0f} ms, p99 ≤ {BAR_ECHO_P99:.0f} ms",
            middle <= BAR_ECHO and high <= BAR_ECHO_P99,
        )
    )


async def prints(report: Report, shells: list[Shell | peer.Terminal]) -> None:
    """Print 40 MB in turns and report."""
    speeds: list[list[float]] = [[] for _ in shells]
    for _ in range(PRINTS):
        for shell, found in zip(shells, speeds, strict=True):
            found.append(await terminals.output(shell))
    middle = [statistics.median(found) for found in speeds]
    times = f"{middle[0] / middle[1]:.1f} times theirs" if middle[1:] else ""
    report.add(
        Figure(
            f"shell output with recording, {PRINTS} x 40 MB",
            f"{middle[0]:.0f} Mbit/s",
            f"{middle[1]:.0f} Mbit/s" if middle[1:] else "",
            times,
            "≥ 2 times the peer",
            middle[0] >= 2 * middle[1] if middle[1:] else None,
        )
    )


async def measure(report: Report, demo: Demo, both: Both) -> None:
    """Everything in order."""
    await both.clicks(report)
    shells = await both.shells()
    await echo(report, shells, "idle")
    crowd = await asyncio.to_thread(Crowd, demo.port, CLIENTS)
    try:
        await echo(report, shells, f"while {CLIENTS} clients load the case list")
    finally:
        pages = await asyncio.to_thread(crowd.leave)
    report.notes.append(f"{len(pages)} pages of the case list in that time: {spread(pages)}.")
    await prints(report, shells)
    for shell in shells:
        await shell.close()


async def with_peer(report: Report, folder: Path, demo: Demo, *, there: bool) -> None:
    """Run with the peer beside us where npm could install it."""
    technician = Technician(demo)
    await technician.enter()
    await technician.find_button()
    if there:
        (folder / "peer").mkdir()
        async with peer.meshcentral(folder / "peer") as other:
            await measure(report, demo, Both(technician, other))
    else:
        report.notes.append("MeshCentral could not be installed here: npm is missing.")
        await measure(report, demo, Both(technician, None))
    await technician.close()


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    there = peer.installed()
    with installed(folder, "--no-cable") as demo:
        uvloop.run(with_peer(report, folder, demo, there=there))
    report.notes.append(f"Peer: MeshCentral {peer.VERSION} from npm and its x86-64 agent.")
    return report
