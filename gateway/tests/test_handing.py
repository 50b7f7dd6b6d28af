"""A running shell goes to a colleague: what the front demands, and who types from then on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from reachback_wire.signing import PrivateKey

from .peers import Browser
from .processes import Processes, until
from .test_links import Story


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    yield made
    await made.close()


def colleague(story: Story, ticket: str = "nora") -> Browser:
    """Nora's browser, admitted to the session by a ticket of her own."""
    person = {"id": "p2", "name": "Nora Lind"}
    hers = story.customer.redeemed("s1", person=person)
    story.processes.answer(
        "tickets.json", {"ticket-1": story.customer.redeemed("s1"), "nora": hers}
    )
    browser = Browser(story.processes.port, PrivateKey.generate(), "s1", ticket)
    story.peers.append(browser)
    return browser


def events(story: Story) -> list[dict[str, Any]]:
    return [e for batch in story.processes.told("sessions/events") for e in batch["events"]]


async def test_a_colleague_takes_the_shell_and_the_giver_is_told(story: Story) -> None:
    await story.begin()
    story.browser.type(b"giver ")
    await until(lambda: story.browser.received == b"giver ")
    nora = colleague(story)
    nora.typed_from = len(b"giver ")
    await nora.connect()
    value = story.customer.attach_value("s1", story.session_key, nora.key)
    await nora.open(value, "s1.1")
    assert nora.opened, nora.refused
    await until(lambda: bool(story.browser.closed))
    assert story.browser.closed["code"] == "handed-over"
    assert story.browser.closed["sentence"] == "Nora Lind has taken this shell over."
    await until(lambda: nora.received == b"giver ")
    nora.type(b"nora")
    await until(lambda: story.device.channels[16].received == b"giver nora")
    await until(lambda: [e["kind"] for e in events(story)] == ["opened", "handed-over"])
    told = events(story)[-1]
    assert (told["person"], told["name"], told["channel"]) == ("p2", "Nora Lind", "s1.1")
    assert told["grant"].startswith("sha256:")


async def test_the_first_owner_types_no_more_and_opens_nothing_but_may_watch(story: Story) -> None:
    first = story.customer.redeemed("s1", recordings=["s1"])
    story.processes.answer("tickets.json", {"ticket-1": first})
    await story.begin()
    nora = colleague(story)
    await nora.connect()
    await nora.open(story.customer.attach_value("s1", story.session_key, nora.key), "s1.1")
    await until(lambda: bool(story.browser.closed))
    story.browser.type(b"rm -rf /")
    await story.browser.open(story.customer.open_value("s1", story.session_key, 2), "s1.2")
    assert story.browser.refused["code"] == "capability-refused"
    await story.browser.watch("s1.1")
    assert story.browser.opened, story.browser.refused
    nora.type(b"mine")
    await until(lambda: story.browser.received == b"mine")
    assert story.device.channels[16].received == b"mine"


async def test_the_seat_moves_for_good_over_reconnections_and_a_restarted_front(
    story: Story,
) -> None:
    await story.begin()
    nora = colleague(story)
    await nora.connect()
    await nora.open(story.customer.attach_value("s1", story.session_key, nora.key), "s1.1")
    story.processes.kill_front()
    await story.device.gone.wait()
    await nora.gone.wait()
    await story.processes.start_front()
    await story.device.connect()
    await nora.connect()
    nora.type(b"still mine")
    await until(lambda: story.device.channels[16].received == b"still mine")
    await story.browser.connect()
    await until(lambda: bool(story.browser.closed))
    assert story.device.channels[16].received == b"still mine"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "Mallory"}, "not-offered"),
        ({"by": PrivateKey.generate()}, "not-offered"),
        ({"offered": -3_600_000}, "offer-expired"),
        ({"capabilities": ("shell.user", "reboot")}, "wider-than-contract"),
        ({"number": 7}, "channel-over"),
    ],
)
async def test_nobody_gets_a_shell_that_was_not_offered_to_them(
    story: Story, changes: dict[str, Any], code: str
) -> None:
    await story.begin()
    nora = colleague(story)
    await nora.connect()
    value = story.customer.attach_value("s1", story.session_key, nora.key, **changes)
    await nora.open(value, "s1.1")
    assert nora.refused["code"] == code
    assert nora.refused["sentence"].endswith(".")
    assert len(story.device.opens) == 1, "the device is not even asked"
    story.browser.type(b"mine")
    await until(lambda: story.device.channels[16].received == b"mine")


async def test_a_device_that_says_no_leaves_the_shell_with_its_technician(story: Story) -> None:
    await story.begin()
    story.device.refusal = {"code": "unknown-kind", "sentence": "Unknown.", "clause": 0, "data": {}}
    nora = colleague(story)
    await nora.connect()
    await nora.open(story.customer.attach_value("s1", story.session_key, nora.key), "s1.1")
    assert nora.refused["code"] == "unknown-kind"
    assert "connector is older" in nora.refused["sentence"]
    story.browser.type(b"mine still")
    await until(lambda: story.device.channels[16].received == b"mine still")


async def test_what_is_typed_while_the_device_is_asked_is_typed_by_nobody_twice(
    story: Story,
) -> None:
    """The device is away when it is asked: keys wait, and go to it after its no."""
    await story.begin()
    story.device.refusal = {"code": "revoked", "sentence": "No.", "clause": 0, "data": {}}
    nora = colleague(story)
    await nora.connect()
    value = story.customer.attach_value("s1", story.session_key, nora.key)
    asking = asyncio.create_task(nora.open(value, "s1.1"))
    for number in range(10):
        story.browser.type(b"%d" % number)
        await asyncio.sleep(0)
    await asking
    await until(lambda: story.device.channels[16].received == b"0123456789")


async def test_a_front_killed_before_it_heard_the_yes_lets_nobody_type_until_asked_again(
    story: Story,
) -> None:
    """The device names the grant it goes by; the colleague's browser repeats its OPEN."""
    await story.begin()
    nora = colleague(story)
    await nora.connect()
    value = story.customer.attach_value("s1", story.session_key, nora.key)
    story.processes.kill_front()
    await story.device.gone.wait()
    story.device.channels[16].grant = "sha256:" + "5" * 64
    await story.processes.start_front()
    await story.device.connect()
    await story.browser.connect()
    await until(lambda: bool(story.browser.closed))
    story.browser.type(b"not mine")
    await nora.connect()
    await nora.open(value, "s1.1")
    assert nora.opened, nora.refused
    nora.type(b"hers")
    await until(lambda: story.device.channels[16].received == b"hers")


async def test_watchers_are_told_of_shells_that_open_and_may_follow_them(story: Story) -> None:
    await story.begin()
    watch = story.customer.redeemed("s1", "watch", recordings=["s1", "s1.1"])
    story.processes.answer("tickets.json", {"watching": watch})
    watcher = Browser(story.processes.port, PrivateKey.generate(), "s1", "watching")
    story.peers.append(watcher)
    await watcher.connect()
    await until(lambda: bool(watcher.notices))
    assert watcher.notices[-1]["channels"] == ["s1.1"]
    await story.browser.open(story.customer.open_value("s1", story.session_key, 2), "s1.2")
    await until(lambda: watcher.notices[-1]["channels"] == ["s1.1", "s1.2"])
    await watcher.watch("s1.2")
    assert watcher.opened
    story.browser.type(b"second")
    await until(lambda: watcher.received == b"second")
