"""A device in on-demand mode that says it leaves: nobody begins a session with it any more."""

import json
from collections.abc import AsyncIterator

import pytest

from .processes import Processes, until
from .test_links import DEVICE, Story


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    yield made
    await made.close()


async def say(story: Story, state: str, number: int) -> None:
    """Report it, and wait until the web process has it: the front has read it by then."""
    body = {"id": f"c-{number}", "kind": "contact", "state": state}
    story.device.report(33, json.dumps(body).encode())
    await until(
        lambda: any(
            unit["body"].get("id") == f"c-{number}"
            for told in story.processes.told("devices/reports")
            for unit in told["units"]
        )
    )


async def test_a_device_on_its_way_out_gives_no_nonce_until_it_says_that_it_stays(
    story: Story,
) -> None:
    await story.begin()
    await say(story, "resting", 1)
    status, answer = await story.processes.ask_front(f"/devices/{DEVICE}/nonce", {})
    assert (status, answer["code"]) == (409, "device-offline")
    await say(story, "here", 2)
    status, answer = await story.processes.ask_front(f"/devices/{DEVICE}/nonce", {})
    assert (status, "nonce" in answer) == (200, True)
