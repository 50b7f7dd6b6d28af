"""A device that restarts, seen from the front: known by its boot id, whatever was said."""

import json
from collections.abc import AsyncIterator

import pytest

from .processes import Processes, until
from .test_links import Story


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    yield made
    await made.close()


async def restart(story: Story, boot: str) -> None:
    """The device's connection ends; it comes back without channels, on this boot."""
    story.device.cut()
    await story.device.gone.wait()
    story.device.channels.clear()
    story.device.boot = boot
    await story.device.connect()


def report(story: Story, boot: str) -> None:
    device = story.device
    body = {"id": "r-1", "kind": "rebooting", "boot": boot}
    device.control.control(33, json.dumps(body).encode())
    assert device.link is not None
    device.link.wake(1)
    device.flush()


def words(story: Story) -> list[str]:
    return [str(notice["device"]) for notice in story.browser.notices]


async def test_another_boot_id_ends_the_channels_as_rebooted_and_the_session_goes_on(
    story: Story,
) -> None:
    await story.begin()
    await restart(story, "boot-2")
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "rebooted"
    assert (story.browser.notices[0]["boot"], words(story)[-1]) == ("boot-1", "back")
    await until(lambda: story.browser.notices[-1]["boot"] == "boot-2")
    await story.open(2)
    assert story.browser.opened["key"] == "s1.2"
    await until(lambda: story.events().count("opened") == 2)
    ended = [e for b in story.processes.told("sessions/events") for e in b["events"]]
    assert [e["code"] for e in ended if e["kind"] == "ended"] == ["rebooted"]


async def test_the_same_boot_id_without_its_channel_is_a_lost_channel(story: Story) -> None:
    await story.begin()
    await restart(story, "boot-1")
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "channel-lost"


async def test_a_front_that_was_restarted_meanwhile_knows_the_boot_of_each_channel(
    story: Story,
) -> None:
    await story.begin()
    kept = story.processes.data / "sessions" / "s1.json"
    await until(lambda: kept.exists() and "boot-1" in kept.read_text())
    story.processes.kill_front()
    await story.device.gone.wait()
    await story.browser.gone.wait()
    await story.processes.start_front()
    story.browser.ticket = ""
    await story.browser.connect()
    story.device.channels.clear()
    story.device.boot = "boot-2"
    await story.device.connect()
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "rebooted"


async def test_a_device_that_says_it_goes_down_is_shown_as_rebooting_until_it_is_back(
    story: Story,
) -> None:
    await story.begin()
    report(story, "boot-of-another-day")
    report(story, "boot-1")
    await until(lambda: words(story)[-1] == "rebooting")
    story.device.cut()
    await until(lambda: words(story).count("rebooting") == 2)
    assert "lost" not in words(story)
    story.admit(generation=2)
    await restart(story, "boot-2")
    await until(lambda: words(story)[-1] == "back")
    told = [u for b in story.processes.told("devices/reports") for u in b["units"]]
    assert [u["body"]["kind"] for u in told] == ["rebooting", "rebooting"]
