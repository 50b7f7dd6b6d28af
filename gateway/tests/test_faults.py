"""Numbers near the end of what can be counted are their sender's fault, and are said so."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from reachback_wire import varint
from reachback_wire.frames import Ack, Channels, Credit, Frame, Gap, Resume, ResumeEntry, Seek
from reachback_wire.link import Credited

from .peers import Device
from .processes import Processes, until
from .test_links import Story

MOST = varint.MAXIMUM


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    yield made
    await made.close()


def _listed(device: Device, **places: int) -> list[Frame]:
    return [Channels([device.channels[16].state() | places])]


FAULTS: dict[str, tuple[str, Callable[[Device], list[Frame]]]] = {
    "next": ("offset", lambda device: _listed(device, next=MOST)),
    "number": ("offset", lambda device: _listed(device, ch=MOST)),
    "acked": ("offset", lambda device: _listed(device, acked=MOST)),
    "resume": ("never-sent", lambda _: [Resume((ResumeEntry(16, MOST, MOST),))]),
    "ack": ("ack-ahead", lambda _: [Ack(16, MOST)]),
    "gap": ("offset", lambda _: [Seek(16, 0), Gap(16, MOST, 0, bytes(16), bytes(32))]),
    "gap on control": ("offset", lambda _: [Seek(1, 0), Gap(1, MOST, 0, bytes(16), bytes(32))]),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_place_no_stream_ever_reaches_is_the_devices_fault(story: Story, name: str) -> None:
    await story.begin()
    code, frames = FAULTS[name]
    for frame in frames(story.device):
        story.device.send(frame)
    await asyncio.wait_for(story.device.gone.wait(), 60)
    await until(lambda: story.processes.logged("link.peer_at_fault"))
    assert story.device.byes[-1]["code"] == code
    await story.device.connect()


async def test_any_credit_is_fine_and_browsers_hear_what_they_can_count(story: Story) -> None:
    await story.begin()
    limits: list[int] = []
    handled = story.browser.event

    def kept(event: object) -> None:
        limits.append(event.limit if isinstance(event, Credited) else 0)
        handled(event)

    story.browser.event = kept  # type: ignore[method-assign]
    story.device.send(Credit(16, MOST))
    await until(lambda: max(limits, default=0) > 2**52)
    assert max(limits) == 2**53 - 1
