"""Key echo and output rate through the front, with the clients outside the server's processes.

`python -m bench.front_echo` from the repository's root starts a front and a web process, and a
device and a browser in this process, and prints ms and Mbit/s. `--load N` adds N clients asking for
pages meanwhile.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
import uvloop
from gateway.tests.processes import Processes, until
from gateway.tests.test_links import Story

KEYS = 1_000
OUTPUT = 64 * 1_048_576


async def _load(processes: Processes, session: aiohttp.ClientSession) -> None:
    while True:
        async with session.get(processes.address + "/big?65536") as answer:
            await answer.read()


async def _echo(story: Story) -> list[float]:
    taken = []
    for _ in range(KEYS):
        story.browser.arrived.clear()
        began = time.perf_counter()
        story.browser.type(b"k")
        await story.browser.arrived.wait()
        taken.append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(0.002)
    return sorted(taken)


async def _output(story: Story) -> float:
    before = len(story.browser.received)
    story.browser.window = 8 * 1_048_576
    block = bytes(65_536)
    began = time.perf_counter()
    channel = story.device.channels[16]
    for _ in range(OUTPUT // len(block)):
        await until(lambda: channel.output.room >= len(block))
        story.device.write(block)
        if channel.output.end % (16 * len(block)) < len(block):
            await asyncio.sleep(0)
    await until(lambda: len(story.browser.received) - before >= OUTPUT)
    return OUTPUT * 8 / 1e6 / (time.perf_counter() - began)


async def run(load: int) -> None:
    """Measure once and print."""
    with tempfile.TemporaryDirectory() as folder:
        processes = Processes(Path(folder))
        await processes.start_web()
        await processes.start_front()
        story = Story(processes)
        await story.begin()
        tasks = [asyncio.create_task(_load(processes, processes.http)) for _ in range(load)]
        await _echo(story)
        taken = await _echo(story)
        p99 = taken[int(len(taken) * 0.99)]
        print(f"echo p50 {statistics.median(taken):.3f} ms, p99 {p99:.3f} ms, load {load}")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        print(f"output with recording {await _output(story):.0f} Mbit/s")
        await story.close()
        await processes.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", type=int, default=0)
    uvloop.run(run(parser.parse_args().load))


if __name__ == "__main__":
    main()
