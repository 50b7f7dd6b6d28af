"""People who load the queue's page over and over, in a process of their own.

`python -m bench.visitors PORT COUNT` loads until its input ends and then says, as JSON, the
milliseconds each page took. `--pause SECONDS` waits between two pages of the same visitor.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from journeys.demo import Demo

from bench.technician import Visitor

PAGE = "/queue/"


async def visit(visitor: Visitor, pause: float, taken: list[float]) -> None:
    """Load the page until cancelled."""
    while True:
        began = time.perf_counter()
        await visitor.page(PAGE)
        taken.append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(pause)


async def run(port: int, count: int, pause: float) -> list[float]:
    """Load with `count` people until the input ends."""
    visitors = [Visitor(Demo(port, Path(), {}), "ops") for _ in range(count)]
    for visitor in visitors:
        await visitor.enter()
    taken: list[float] = []
    tasks = [asyncio.create_task(visit(each, pause, taken)) for each in visitors]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for visitor in visitors:
        await visitor.close()
    return taken


class Crowd:
    """Such a process, seen from a benchmark."""

    def __init__(self, port: int, count: int, pause: float = 0.0) -> None:
        command = [sys.executable, "-m", "bench.visitors", str(port), str(count)]
        self.process = subprocess.Popen(
            [*command, "--pause", str(pause)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            raise ConnectionError("The visitors could not sign in.")

    def leave(self) -> list[float]:
        """End the process; return what each page took, in ms."""
        said, _ = self.process.communicate(timeout=60)
        taken: list[float] = json.loads(said)
        return taken


def main() -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--pause", type=float, default=0.0)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(run(options.port, options.count, options.pause))))


if __name__ == "__main__":
    main()
