"""200 slow uploads and 200 slow readers: do other people's pages become slower?

Four people load the case list with pauses; first alone, then beside the slow ones, then both
again, so that a change of the machine's other load shows as a difference of the two rounds.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

from journeys.demo import Demo

from bench.installation import installed
from bench.results import Figure, Report, percentile, spread
from bench.technician import Visitor
from bench.visitors import Crowd

SLOW = 200
PEOPLE, PAUSE, SECONDS = 4, 0.1, 15
BAR = 1.25  # p99 of a few hundred pages on a shared machine varies by as much from run to run


async def cookie(demo: Demo) -> str:
    """Sign in once; what a browser would send."""
    visitor = Visitor(demo, "ops")
    await visitor.enter()
    found = "; ".join(f"{each.key}={each.value}" for each in visitor.http.cookie_jar)
    await visitor.close()
    return found


def pages(demo: Demo) -> list[float]:
    """Milliseconds of the pages people load in a while."""
    crowd = Crowd(demo.port, PEOPLE, PAUSE)
    time.sleep(SECONDS)
    return crowd.leave()


def beside(demo: Demo, words: str, report: Report) -> list[float]:
    """The same beside the slow ones."""
    command = [sys.executable, "-m", "bench.slow_clients", str(demo.port), str(SLOW), words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as slow:
        assert slow.stdout is not None
        slow.stdout.readline()
        taken = pages(demo)
        said, _ = slow.communicate(timeout=60)
        report.notes.append(f"Still being served at the end: {said.strip()}.")
    return taken


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    alone: list[float] = []
    crowded: list[float] = []
    with installed(folder, "--no-cable") as demo:
        words = asyncio.run(cookie(demo))
        pages(demo)  # warms up
        for _ in range(2):
            alone += pages(demo)
            crowded += beside(demo, words, report)
    before, after = percentile(alone, 0.99), percentile(crowded, 0.99)
    middle = statistics.median(crowded) / statistics.median(alone)
    report.add(Figure(f"{len(alone)} pages alone", spread(alone)))
    report.add(
        Figure(
            f"{len(crowded)} pages beside {SLOW} slow uploads and {SLOW} slow readers",
            spread(crowded),
            ratio=f"p99 {after / before:.2f} times, p50 {middle:.2f} times",
            bar=f"p99 unchanged (≤ {BAR} times)",
            met=after <= BAR * before,
        )
    )
    return report
