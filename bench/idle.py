"""What an idle device costs on a metered line: IP bytes of its link, counted, as MB a month.

The connector runs in a network namespace behind a TUN device, its link over TLS and nginx with
default settings; the kernel counts every IP byte both ways (TCP's own included). An idle link has
two kinds of exchange: a PING after a silence (55 s at first, growing to 240 s where the network
allows it), and fresh link nonces every 240 s. Where the silence is 240 s, the nonces come before
every PING.
Peer: MeshCentral's agent, 4.8 KB in 17 min with its handshake (its own count, AgentPong 300 s).
"""

import asyncio
import itertools
import statistics
import time
from pathlib import Path

from journeys.demo import Demo

from bench import namespace
from bench.far_device import FarDevice, encrypted
from bench.installation import installed
from bench.line_emulator import Profile
from bench.results import Figure, Report
from reachback_wire.liveness import IDLE_FIRST, IDLE_MOST

LINE = Profile(rtt=100, rate=1_000_000)
SETTLE, WATCHED = 40.0, 320.0
QUIET = 3.0  # seconds without a byte end an exchange
MONTH = 30 * 24 * 3600.0
STRAY = 100  # bytes: what is smaller is the kernel's own (a router solicitation)
PEER_MB = 4_800 / (17 * 60) * MONTH / 1e6


def grouped(samples: list[tuple[float, int]]) -> list[int]:
    """The bytes of each exchange, from the counter's samples (time, total)."""
    found: list[int] = []
    last = float("-inf")
    for (_, before), (at, total) in itertools.pairwise(samples):
        if total == before:
            continue
        if at - last > QUIET:
            found.append(0)
        found[-1] += total - before
        last = at
    return found


async def watched(far: namespace.FarSide, seconds: float) -> list[tuple[float, int]]:
    """Look at the kernel's counter every quarter second."""
    until = time.monotonic() + seconds
    samples = []
    while (now := time.monotonic()) < until:
        samples.append((now, far.traffic()))
        await asyncio.sleep(0.25)
    return samples


def say(report: Report, exchanges: list[int]) -> None:
    """Two lines of the table."""
    real = [size for size in exchanges if size > STRAY]
    each = statistics.mean(real)
    counted = sum(real) / WATCHED * MONTH / 1e6
    for words, month, bar in (
        (f"counted over {WATCHED:.0f} s, a PING after {IDLE_FIRST:.0f} s", counted, 12.0),
        (f"an exchange every {IDLE_MOST:.0f} s, computed", each * MONTH / IDLE_MOST / 1e6, 3.0),
    ):
        report.add(
            Figure(
                f"an idle device, {words}",
                f"{month:.1f} MB a month",
                f"MeshCentral {PEER_MB:.1f} MB a month",
                f"{PEER_MB / month:.1f} : 1",
                f"≤ {bar:.0f} MB",
                month <= bar,
            )
        )
    report.notes.append(f"{len(real)} exchanges of {each:.0f} IP bytes on average, both ways.")


async def measure(report: Report, folder: Path, demo: Demo, far: namespace.FarSide) -> None:
    """Count while nobody does anything."""
    far.become(LINE)
    with encrypted(folder / "tls", far.near, demo.port) as port:
        link = f"wss://{far.near}:{port}/-/link/device"
        device = FarDevice(demo, far, link, folder / "tls" / "cert.pem")
        try:
            before = far.traffic()
            await device.start()
            await asyncio.sleep(5)
            report.notes.append(f"Coming up took {far.traffic() - before} IP bytes, both ways.")
            await asyncio.sleep(SETTLE)
            say(report, grouped(await watched(far, WATCHED)))
        finally:
            device.go_home()


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    lacking = namespace.missing()
    if lacking:
        report.notes.append(f"{len(lacking)} missing, nothing measured: {', '.join(lacking)}.")
        print(report.notes[-1])
        return report
    with installed(folder, "--no-cable") as demo, namespace.far_side() as far:
        asyncio.run(measure(report, folder, demo, far))
    return report
