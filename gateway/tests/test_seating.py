"""A ticket that was announced with a nonce: seated at once, redeemed a moment later."""

import json
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest

from reachback_wire.signing import PrivateKey

from .customer import DEVICE
from .peers import Browser
from .processes import Processes, until
from .test_links import Story

TICKET = "ticket-1"


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    await made.device.connect()
    yield made
    await made.close()


async def announce(story: Story, **more: Any) -> None:
    """Ask for a nonce as Connect does, with the seat the ticket will be redeemed for."""
    announced = {
        "ticket": sha256(TICKET.encode()).hexdigest(),
        "key": story.session_key.public_line,
        "until": int(time.time() * 1000) + 60_000,
        "seat": story.customer.redeemed("s1"),
    }

    async def answered() -> bool:
        status, _ = await story.processes.ask_front(
            f"/devices/{DEVICE}/nonce", {"announce": announced | more}
        )
        return status == 200

    await until(answered)


def redeemed(story: Story) -> list[dict[str, Any]]:
    return story.processes.told("tickets/redeem")


async def test_the_browser_opens_before_the_ticket_is_redeemed(story: Story) -> None:
    await announce(story)
    await story.browser.connect()
    await story.open()
    assert story.browser.opened
    await until(lambda: len(redeemed(story)) == 1)
    told = redeemed(story)[0]
    assert (told["ticket"], told["key"]) == (TICKET, story.session_key.public_line)
    assert abs(told["shown"] - time.time() * 1000) < 60_000


async def test_what_the_web_process_refuses_afterwards_is_cut(story: Story) -> None:
    await announce(story)
    refusal = {"status": 403, "code": "session-over", "sentence": "This session is over."}
    story.processes.answer("tickets.json", {TICKET: refusal})
    await story.browser.connect()
    await story.open()
    await until(lambda: bool(story.browser.byes))
    assert story.browser.byes[0]["code"] == "session-over"
    await until(lambda: bool(story.device.told))
    cut = json.loads(story.device.told[0][1])
    assert (cut["channel"], cut["code"]) == ("s1.1", "session-over")


async def test_a_session_ended_before_it_began_seats_nobody(story: Story) -> None:
    await announce(story)
    refusal = {"status": 403, "code": "session-over", "sentence": "This session is over."}
    story.processes.answer("tickets.json", {TICKET: refusal})
    ended = {"code": "locked", "sentence": "Maya Chen has locked this device."}
    await story.processes.ask_front("/sessions/s1/cut", ended)
    with pytest.raises(ConnectionError):
        await story.browser.connect()
    assert story.browser.byes[0]["code"] == "session-over"


async def test_a_ticket_shown_twice_is_redeemed_for_the_first(story: Story) -> None:
    await announce(story)
    await story.browser.connect()
    again = Browser(story.processes.port, story.session_key, "s1", TICKET)
    with pytest.raises(ConnectionError):
        await again.connect()
    assert again.byes[0]["code"] == "ticket-spent"
    await story.open()
    assert story.browser.opened, "the first keeps its seat"


async def test_another_key_or_a_late_browser_gets_no_announced_seat(story: Story) -> None:
    for late, key in ((0, PrivateKey.generate()), (120_000, story.session_key)):
        story.processes.answer("tickets.json", {})
        await announce(story, until=int(time.time() * 1000) + 60_000 - late)
        browser = Browser(story.processes.port, key, "s1", TICKET)
        with pytest.raises(ConnectionError):
            await browser.connect()
        assert browser.byes[0]["code"] == "ticket-spent", "asked of the web process, and refused"


async def test_an_announced_seat_knows_a_contract_published_meanwhile(story: Story) -> None:
    await announce(story)
    stopped = {"id": "n1", "kind": "reachback-narrow", "body": "{}", "signatures": []}
    await story.processes.ask_front(f"/devices/{DEVICE}/documents", {"documents": [stopped]})
    await story.browser.connect()
    await story.open()
    assert not story.browser.opened, "a narrowing nobody can read lets nothing pass"
