"""A technician who leaves: what runs goes on, people are told, and they go on elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from reachback_wire.signing import PrivateKey
from reachback_wire.streams import SendBuffer

from .peers import WINDOW, Browser
from .processes import Processes, until
from .test_links import Story


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    """As in test_links, with a front that calls a shell detached almost at once."""
    processes.environment["REACHBACK_DETACHED_AFTER"] = "0.05"
    processes.kill_front()
    await processes.start_front()
    made = Story(processes)
    yield made
    await made.close()


def _elsewhere(story: Story, ticket: str = "elsewhere", typed: int = 0) -> Browser:
    """The same technician's other browser, with a ticket for its own key.

    `typed` is where the channel's input stands, which the front tells it (RESUME).
    """
    taken = story.customer.redeemed("s1", recordings=["s1.1"]) | {"takes_up": True}
    watch = story.customer.redeemed("s1", "watch", recordings=["s1.1"]) | {"takes_up": True}
    first = story.customer.redeemed("s1")
    tickets = {"ticket-1": first, "elsewhere": taken, "plain": first, "watching": watch}
    story.processes.answer("tickets.json", tickets)
    browser = Browser(story.processes.port, PrivateKey.generate(), "s1", ticket)
    browser.channel_key, browser.ch = "s1.1", 16
    browser.typed = SendBuffer(WINDOW, start=typed)
    story.peers.append(browser)
    return browser


async def test_a_shell_whose_technician_left_is_detached_until_they_are_back(story: Story) -> None:
    await story.begin()
    story.browser.cut()
    await story.browser.gone.wait()
    await until(lambda: story.events() == ["opened", "detached"])
    story.device.write(b"the job goes on")
    await story.browser.connect()
    await until(lambda: story.browser.received == b"the job goes on")
    await until(lambda: story.events() == ["opened", "detached", "returned"])
    story.browser.type(b"here again")
    await until(lambda: story.device.channels[16].received == b"here again")


async def test_a_detached_shell_survives_the_front_and_is_told_once(story: Story) -> None:
    await story.begin()
    story.browser.cut()
    await story.browser.gone.wait()
    await until(lambda: story.events()[-1:] == ["detached"])
    story.processes.kill_front()
    await story.device.gone.wait()
    await story.processes.start_front()
    await story.device.connect()
    await story.browser.connect()
    await until(lambda: "returned" in story.events())
    told = [e for b in story.processes.told("sessions/events") for e in b["events"]]
    # A front killed before it noted that an event was accepted tells it again, by the same id.
    assert len({e["id"] for e in told if e["kind"] == "detached"}) == 1


async def test_the_technicians_other_browser_goes_on_and_the_first_is_told(story: Story) -> None:
    await story.begin()
    story.browser.type(b"from the office ")
    await until(lambda: story.browser.received == b"from the office ")
    other = _elsewhere(story, typed=len(b"from the office "))
    await other.connect()
    await until(lambda: other.received == b"from the office ")
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "taken-up"
    assert "went on in another browser" in story.browser.closed["sentence"]
    other.type(b"from home")
    await until(lambda: other.received == b"from the office from home")
    await until(lambda: story.events() == ["opened", "taken-up"])
    told = [e for b in story.processes.told("sessions/events") for e in b["events"]]
    assert told[-1]["person"]["name"]


async def test_the_seat_moves_for_good_and_is_not_taken_back_by_a_reconnection(
    story: Story,
) -> None:
    await story.begin()
    other = _elsewhere(story)
    await other.connect()
    await until(lambda: story.browser.closed)
    story.browser.cut()
    await story.browser.gone.wait()
    story.browser.closed = {}
    await story.browser.connect()
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "taken-up"
    other.cut()
    await other.gone.wait()
    await other.connect()
    other.type(b"still mine")
    await until(lambda: story.device.channels[16].received == b"still mine")


@pytest.mark.parametrize("ticket", ["plain", "watching"])
async def test_no_other_ticket_takes_a_shell_up(story: Story, ticket: str) -> None:
    await story.begin()
    other = _elsewhere(story, ticket)
    await other.connect()
    assert other.link is not None
    await until(lambda: other.closed or other.notices)
    other.link.receive(b"\x0f\x05\x10\x80\x10\x00\x00", 0.0)
    other.type(b"rm -rf /")
    await asyncio.sleep(0.1)
    story.browser.type(b"mine")
    await until(lambda: story.device.channels[16].received == b"mine")
    assert "taken-up" not in story.events()


async def test_an_open_does_not_wait_for_ever(story: Story) -> None:
    value = story.customer.open_value("s1", story.session_key)
    await story.browser.arrive(value, "s1.1")
    assert story.browser.refused["code"] == "device-offline"
    await until(lambda: story.events() == ["refused"])
