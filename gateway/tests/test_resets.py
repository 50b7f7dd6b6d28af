"""Two hundred resets, inside frames too, on both legs: nothing lost, nothing twice."""

import asyncio
import hashlib

from .cutter import Cutter
from .peers import Browser, Device
from .processes import Processes, until
from .test_links import Story

RESETS = 200


def blocks(name: str, count: int) -> list[bytes]:
    """Distinguishable content: a lost or repeated piece cannot go unseen."""
    return [hashlib.sha256(f"{name}{n}".encode()).hexdigest().encode() * 8 for n in range(count)]


async def test_two_hundred_resets_lose_nothing_and_repeat_nothing(processes: Processes) -> None:
    story = Story(processes)
    cutters = [Cutter(processes.port, 1), Cutter(processes.port, 2)]
    for cutter in cutters:
        await cutter.start()
    device, browser = story.device, story.browser
    device.echo = False
    device.port, browser.port = cutters[0].port, cutters[1].port
    browser.host_header = browser.origin.removeprefix("http://") if browser.origin else ""
    await story.begin()
    for cutter in cutters:
        cutter.cutting = True
    staying = [asyncio.create_task(_stay(peer)) for peer in (device, browser)]
    written, typed = b"", b""
    count = 0
    while sum(cutter.cuts for cutter in cutters) < RESETS:
        count += 1
        out, into = b"".join(blocks(f"o{count}-", 4)), b"".join(blocks(f"i{count}-", 2))
        written, typed = written + out, typed + into
        device.channels[16].output.write(out)
        browser.typed.write(into)
        _wake(device, 16)
        _wake(browser, browser.ch)
        await asyncio.sleep(0.03)
    for cutter in cutters:
        cutter.cutting = False
    await until(lambda: len(browser.received) >= len(written), seconds=150)
    await until(lambda: len(device.channels[16].received) >= len(typed), seconds=150)
    assert browser.received == written
    assert device.channels[16].received == typed
    assert story.recorded() == written
    for task in staying:
        task.cancel()
    await asyncio.gather(*staying, return_exceptions=True)
    await story.close()
    for cutter in cutters:
        await cutter.close()


async def _stay(peer: Device | Browser) -> None:
    await peer.gone.wait()
    await peer.stay()


def _wake(peer: Device | Browser, ch: int) -> None:
    if peer.link is not None:
        peer.link.wake(ch)
        peer.flush()
