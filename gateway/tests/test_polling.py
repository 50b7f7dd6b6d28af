"""A connection of request pairs: each message once and in order, whatever a proxy repeats."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from reachback_gateway.links.poll import PollSocket
from reachback_wire.link_errors import RemoteError
from reachback_wire.polling import BODY_MOST, MESSAGE_MOST, messages_in, packed

from .processes import Processes


async def test_a_repeated_request_is_heard_once() -> None:
    socket, heard = PollSocket(), list[bytes]()
    socket.hear = heard.extend
    for number in (0, 0, 1, 1):
        assert socket.take_in(number, packed([b"%d" % number]))
    assert heard == [b"0", b"1"]
    socket.abort()


async def test_a_request_out_of_order_ends_the_connection() -> None:
    socket, heard = PollSocket(), list[bytes]()
    socket.hear = heard.extend
    assert not socket.take_in(1, packed([b"late"]))
    assert socket.gone.done()
    assert heard == []


async def test_a_lost_answer_is_given_again_and_then_the_next() -> None:
    socket = PollSocket()
    socket.send(b"one")
    socket.send(b"two")
    first = await socket.give(0)
    assert first is not None
    assert messages_in(first) == [b"one", b"two"]
    assert await socket.give(0) == first
    waiting = asyncio.create_task(socket.give(1))
    await asyncio.sleep(0)
    socket.send(b"three")
    second = await waiting
    assert second is not None
    assert messages_in(second) == [b"three"]
    assert await socket.give(5) is None
    assert socket.gone.done()


async def test_a_proxy_that_asks_twice_at_once_gets_the_same_answer_twice() -> None:
    socket = PollSocket()
    asked = [asyncio.create_task(socket.give(0)) for _ in range(2)]
    await asyncio.sleep(0)
    socket.send(b"one")
    assert await asyncio.gather(*asked) == [packed([b"one"])] * 2
    socket.abort()


async def test_a_body_that_comes_in_pieces_is_heard_whole(processes: Processes) -> None:
    begin = processes.address + "/-/link/device/poll"
    async with processes.http.post(begin) as answer:
        name = (await answer.json())["id"]
    body = packed([bytes(MESSAGE_MOST)])

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 10_000):
            yield body[at : at + 10_000]
            await asyncio.sleep(0)

    async with processes.http.post(f"{begin}/{name}?n=0", data=pieces()) as answer:
        assert answer.status == 204
    async with processes.http.post(f"{begin}/{name}?n=1", data=bytes(BODY_MOST + 1)) as answer:
        assert answer.status in {410, 413}


async def test_what_waits_too_long_stops_the_writing_and_a_request_starts_it_again() -> None:
    socket, started = PollSocket(), list[bool]()
    socket.writable = lambda: started.append(True)
    for _ in range(5):
        socket.send(bytes(MESSAGE_MOST))
    assert socket.paused
    for number in range(5):
        body = await socket.give(number)
        assert body is not None
        assert len(body) <= BODY_MOST
    assert not socket.paused
    assert started
    socket.abort()


async def test_a_closed_connection_still_gives_its_goodbye() -> None:
    socket = PollSocket()
    socket.send(b"bye")
    socket.close()
    assert await socket.give(0) == packed([b"bye"])
    await asyncio.wait_for(socket.gone, 60)
    assert await socket.give(1) is None


@pytest.mark.parametrize("body", [b"\0\0\0", b"\0\0\0\2x", b"\xff\xff\xff\xff" + bytes(10)])
async def test_a_body_that_is_not_whole_messages_is_its_senders_fault(body: bytes) -> None:
    socket, faults = PollSocket(), list[RemoteError]()
    socket.fail = faults.append
    assert not socket.take_in(0, body)
    assert [fault.code for fault in faults] == ["poll-body"]
    socket.abort()


async def test_nobody_without_the_identifier_reaches_a_connection(processes: Processes) -> None:
    begin = processes.address + "/-/link/device/poll"
    async with processes.http.post(begin) as answer:
        assert answer.status == 201
        name = (await answer.json())["id"]
    async with processes.http.get(f"{begin}/{name}?n=0") as answer:
        assert b'"nonce"' in await answer.read()
    for wrong in (f"{name}x?n=1", f"{name}?n=-1", f"{name}?n=", "x?n=0"):
        async with processes.http.get(f"{begin}/{wrong}") as answer:
            assert answer.status == 410
    async with processes.http.post(f"{begin}/{name}?n=0", data=b"no frame at all") as answer:
        assert answer.status == 410
    async with processes.http.get(f"{begin}/{name}?n=1") as answer:
        assert b"poll-body" in await answer.read()
