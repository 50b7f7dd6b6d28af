"""56 kbit/s: 53 KB through a cut every 6 s beside a naive sender; keys beside a 50 MiB upload.

The line is a TUN emulator between two network namespaces of this machine: loss counts each way, a
cut resets every TCP connection at both ends. Technician and front are near, behind nginx with TLS
and its default buffers; the connector is beyond the line. The naive sender is what most tools are:
chunks of 64 KiB over TCP, begun anew when the connection is lost. It has the line to itself.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop
from checks.ports import free_port
from journeys.demo import Demo

from bench import namespace, terminals
from bench.far_device import FarDevice, encrypted
from bench.installation import installed
from bench.line_emulator import Profile
from bench.lines import CUT, CUT_LINE, ROW, ROWS, TRANSFER, echo, patiently, until_prompt
from bench.naive_sender import Count
from bench.results import Figure, Report, percentile
from bench.technician import Technician
from bench.uploading import Upload

PLAIN = Profile(300, 0.0, 56_000)
LOSSY = Profile(300, 0.05, 56_000)
SIZE, LARGE = 53_000, 50 * 1_048_576
LONGEST, NAIVE = 180.0, 75.0
WARM = 20.0
MARGIN = 150.0


async def naive(far: namespace.FarSide) -> str:
    """How much of 53 KB a naive sender brings through."""
    count, port = Count(SIZE), free_port()
    server = await asyncio.start_server(count.take, far.near, port)
    words = far.command(sys.executable, "-m", "bench.naive_sender", far.near, str(port), str(SIZE))
    sender = await asyncio.create_subprocess_exec(*words)
    began = time.monotonic()
    await asyncio.wait({asyncio.create_task(count.done.wait())}, timeout=NAIVE)
    taken = time.monotonic() - began
    sender.terminate()
    await sender.wait()
    server.close()
    if count.whole >= SIZE:
        return f"naive: finished in {taken:.0f} s"
    return f"naive: not in {taken:.0f} s; {count.torn} times begun, {count.most} bytes at best"


async def up(report: Report, technician: Technician, beside: str) -> None:
    """A file of 53 KB to the device."""
    began = time.monotonic()
    upload = await patiently(lambda: Upload.start(technician, SIZE))
    staying = asyncio.create_task(stay(upload))
    done = await upload.finished(LONGEST)
    taken, whole = time.monotonic() - began, upload.whole
    staying.cancel()
    words = f"{taken:.0f} s, {'every byte once' if whole else 'NOT THE SAME FILE'}"
    good = done and whole
    report.add(Figure(f"{CUT_LINE}: 53 KB up", words, beside, bar="finishes, whole", met=good))
    await upload.end()
    upload.path.unlink(missing_ok=True)


async def stay(browser: Upload) -> None:
    """Come back when the near link is lost, as a page does."""
    await browser.gone.wait()
    await browser.stay()


async def down(report: Report, technician: Technician) -> None:
    """53 KB out of a shell."""
    shell = await patiently(technician.connect)
    await until_prompt(shell)
    start, began = len(shell.received), time.monotonic()
    shell.type(f"{TRANSFER}; echo ALL''DONE\r".encode())
    await terminals.seen(shell, terminals.DONE, start=start, seconds=LONGEST)
    taken = time.monotonic() - began
    rows = ROW.findall(bytes(shell.received[start:]).partition(b"ALL''DONE")[2])
    whole = rows == [b"%d" % number for number in range(100_000, 100_000 + ROWS)]
    await shell.end()
    words = f"{taken:.0f} s, {'every row once and in order' if whole else 'ROWS LOST OR REPEATED'}"
    report.add(Figure(f"{CUT_LINE}: 53 KB down", words, bar="finishes, whole", met=whole))


async def keys(report: Report, technician: Technician, name: str, profile: Profile) -> None:
    """Echo alone, then while 50 MiB go up."""
    shell = await patiently(technician.connect)
    await until_prompt(shell)
    await terminals.settled(shell)
    alone = await echo(shell, profile.rtt)
    upload = await Upload.start(technician, LARGE)
    await asyncio.sleep(WARM)
    before, since = upload.typed.acked, time.monotonic()
    beside = await echo(shell, profile.rtt) + await echo(shell, profile.rtt)
    rate = (upload.typed.acked - before) * 8 / (time.monotonic() - since) / 1_000
    middle, bar = percentile(beside, 0.5), profile.rtt + MARGIN
    report.add(
        Figure(
            f"{name}: key echo beside a 50 MiB upload, n = {len(beside)}",
            f"{middle:.0f} ms median, {max(beside):.0f} most (upload {rate:.1f} kbit/s)",
            f"ours alone: {percentile(alone, 0.5):.0f} ms median, {max(alone):.0f} most",
            bar=f"≤ round trip + 150 ms = {bar:.0f} ms",
            met=middle <= bar,
        )
    )
    await upload.end()
    await shell.end()


async def measure(report: Report, folder: Path, demo: Demo, far: namespace.FarSide) -> None:
    """Keys first, then the cuts."""
    technician = Technician(demo)
    await technician.enter()
    await technician.find_button()
    with encrypted(folder / "tls", far.near, demo.port) as port:
        link = f"wss://{far.near}:{port}/-/link/device"
        device = FarDevice(demo, far, link, folder / "tls" / "cert.pem")
        try:
            for name, profile in (
                ("56 kbit/s, 300 ms", PLAIN),
                ("56 kbit/s, 300 ms, 5 %", LOSSY),
            ):
                far.become(profile)
                await device.start()
                await keys(report, technician, name, profile)
                device.stop()
            far.become(CUT)
            beside = await naive(far)
            await device.start()
            await up(report, technician, beside)
            await down(report, technician)
            report.notes.append(f"{CUT_LINE}: the link came up {device.links} times.")
        finally:
            device.go_home()
            await technician.close()


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
