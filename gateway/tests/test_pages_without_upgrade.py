"""A technician's page whose way removes Upgrade: the same session, by request pairs."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from reachback_wire.polling import BODY_MOST

from .client_socket import RefusedUpgradeError
from .pair_socket import PairSocket
from .processes import Processes, until
from .test_links import Story

BEGIN = "/-/link/browser/poll"


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    """The technician's way lets no WebSocket through."""
    made = Story(processes)
    made.browser.by_pairs = True
    yield made
    await made.close()


def own(processes: Processes) -> dict[str, str]:
    return {"Origin": processes.address}


async def test_a_shell_opens_types_and_prints(story: Story) -> None:
    await story.begin()
    story.browser.type(b"whoami")
    await until(lambda: story.browser.received == b"whoami")
    story.device.write(b"much " * 100_000)
    await until(lambda: story.browser.received == b"whoami" + b"much " * 100_000)
    assert story.recorded() == story.browser.received


async def test_a_line_that_is_lost_and_comes_back_either_way_loses_nothing(story: Story) -> None:
    await story.begin()
    story.device.write(b"before ")
    await until(lambda: story.browser.received == b"before ")
    for by_pairs in (True, False, True):
        story.browser.cut()
        await story.browser.gone.wait()
        story.device.write(b"away ")
        story.browser.by_pairs = by_pairs
        await story.browser.connect()
        story.browser.type(b"typed ")
        await until(lambda: bytes(story.browser.received).endswith(b"typed "))
        story.device.write(b"before ")
        await until(lambda: bytes(story.browser.received).endswith(b"before "))
    assert story.browser.received == b"before " + b"away typed before " * 3


async def test_a_front_that_is_killed_is_found_again(story: Story) -> None:
    await story.begin()
    story.browser.type(b"one ")
    await until(lambda: story.browser.received == b"one ")
    story.processes.kill_front()
    await story.browser.gone.wait()
    await story.processes.start_front()
    await story.device.connect()
    await story.browser.connect()
    story.browser.type(b"two ")
    await until(lambda: story.browser.received == b"one two ")


async def test_a_page_that_is_left_is_known_to_have_left(story: Story) -> None:
    await story.begin()
    socket = story.browser._socket
    assert isinstance(socket, PairSocket)
    await socket.leave()
    await until(lambda: story.processes.logged("link.browser_down"))


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null", "http://page-x.localhost"])
async def test_another_sites_page_begins_nothing(story: Story, origin: str) -> None:
    story.browser.origin = origin
    with pytest.raises(RefusedUpgradeError) as caught:
        await story.browser.connect()
    assert caught.value.status == 403
    await until(lambda: story.processes.logged("link.cross_site_refused"))


async def test_another_sites_page_reads_says_and_ends_nothing_even_with_the_name(
    processes: Processes,
) -> None:
    begin = processes.address + BEGIN
    async with processes.http.post(begin, headers=own(processes)) as answer:
        assert answer.status == 201
        assert "Access-Control-Allow-Origin" not in answer.headers
        name = (await answer.json())["id"]
    for foreign in ({"Origin": "https://evil.example"}, {}):
        for method, path in (("POST", "?n=0"), ("POST", "/next?n=0"), ("DELETE", "")):
            async with processes.http.request(
                method, f"{begin}/{name}{path}", headers=foreign
            ) as answer:
                assert answer.status == 403
    async with processes.http.post(f"{begin}/{name}/next?n=0", headers=own(processes)) as answer:
        assert b'"nonce"' in await answer.read()
    async with processes.http.get(f"{begin}/{name}?n=1", headers=own(processes)) as answer:
        assert answer.status in {403, 404, 405}


async def test_a_devices_path_does_not_lead_to_a_pages_connection(processes: Processes) -> None:
    begin = processes.address + BEGIN
    async with processes.http.post(begin, headers=own(processes)) as answer:
        name = (await answer.json())["id"]
    async with processes.http.get(f"{processes.address}/-/link/device/poll/{name}?n=0") as answer:
        assert answer.status == 410


async def test_nobody_holds_more_than_a_body_or_stays_without_a_hello(processes: Processes) -> None:
    begin = processes.address + BEGIN
    headers = own(processes)
    async with processes.http.post(begin, headers=headers) as answer:
        name = (await answer.json())["id"]
    with_much = processes.http.post(
        f"{begin}/{name}?n=0", data=bytes(BODY_MOST + 1), headers=headers
    )
    try:
        async with with_much as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        pass  # the front hung up before it had read everything
    await asyncio.sleep(0)
    async with processes.http.post(f"{begin}/{name}/next?n=0", headers=headers) as answer:
        assert answer.status in {200, 410}
