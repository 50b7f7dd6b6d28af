"""Tunnels over the whole line: real targets, the installed connector, a cutting proxy."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from link_front import PATIENCE, Channel, CuttingProxy, Front
from loopback import Handler, Listener
from lotus_device import Device

from reachback_wire.documents import Capability
from reachback_wire.leaves import LeafReader

EOF = 18


class Targets:
    """TCP servers on loopback, and a contract that names exactly them."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    async def serve(self, handler: Handler) -> str:
        listener = Listener(handler)
        await listener.start()
        self.listeners.append(listener)
        return f"127.0.0.1:{listener.port}"


@pytest.fixture
async def targets() -> AsyncIterator[Targets]:
    found = Targets()
    yield found
    for listener in found.listeners:
        await listener.close()


class Line:
    """A linked device whose contract allows tunnels to `allowed`."""

    def __init__(self, front: Front, device: Device) -> None:
        self.front = front
        self.device = device
        self.opened = 0

    async def link(self, proxy: CuttingProxy, *allowed: str, recording: str = "required") -> None:
        front, device = self.front, self.device
        front.customer.with_clause(capabilities=(Capability("tunnel", allowed),))
        front.customer.with_recording(recording)
        await device.link(front, proxy.port)
        self.grant = front.customer.sealed_grant(front.nonces[0], capabilities=("tunnel",))

    async def open(self, target: str) -> tuple[str, Any, int]:
        self.opened += 1
        ch = 15 + self.opened
        wish = self.front.customer.wish(
            f"s1.{self.opened}", kind="tunnel", parameters={"target": target}
        )
        word, value = await self.front.open(self.grant, wish, ch)
        return word, value, ch

    async def ended(self, ch: int, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for the end; EXIT's account, once the testimony has been checked."""
        channel = self.front.channels[ch]
        await self.front.until(lambda: channel.closed is not None, seconds)
        _verify(channel)
        account: dict[str, Any] = json.loads(channel.controls(5)[0].body[24:])
        return account


def _verify(channel: Channel) -> None:
    assert channel.contiguous()
    reader = LeafReader(channel.key)
    for _, unit in channel.units:
        reader.unit(unit)
    last = channel.receipts()[-1]
    assert last["event"] == "end"
    assert (last["leaves"], last["head"]) == (reader.chain.count, reader.chain.head.hex())


@pytest.fixture
def line(front: Front, device: Device) -> Line:
    return Line(front, device)


async def _shop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A till's web page."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.0 200 OK\r\n\r\n<h1>Till 3</h1>")
    await writer.drain()


async def test_a_page_is_fetched_and_what_passed_is_testified(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    target = await targets.serve(_shop)
    await line.link(proxy, target)
    word, value, ch = await line.open(target)
    assert word == "opened", value
    line.front.type(b"GET / HTTP/1.0\r\n\r\n", ch)
    page = await line.front.sees(b"<h1>Till 3</h1>", ch)
    line.front.command(EOF, b"", ch)
    account = await line.ended(ch)
    assert account["how"] == "ended"
    assert account["target"] == target
    assert account["to_target"]["bytes"] == 18
    assert account["from_target"] == {
        "bytes": len(page),
        "sha256": hashlib.sha256(page).hexdigest(),
    }


async def test_a_target_that_ends_its_half_still_hears_ours(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    heard: list[bytes] = []

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"that is all from me")
        writer.write_eof()
        heard.append(await reader.read())

    target = await targets.serve(half)
    await line.link(proxy, target)
    _, _, ch = await line.open(target)
    channel = line.front.channels[ch]
    await line.front.until(lambda: channel.controls(15))
    line.front.type(b"and now from us", ch)
    line.front.command(EOF, b"", ch)
    account = await line.ended(ch)
    assert heard == [b"and now from us"]
    assert account["to_target"]["sha256"] == hashlib.sha256(b"and now from us").hexdigest()
    assert account["how"] == "ended"


async def _feed(front: Front, ch: int, data: bytes) -> None:
    """Write as the browser does: no more than its buffer has room for."""
    keys = front.channels[ch].keys
    for at in range(0, len(data), 65_536):
        part = data[at : at + 65_536]
        await front.until(lambda part=part: keys.room >= len(part))
        front.type(part, ch)


async def test_bytes_both_ways_survive_cuts_once_and_in_order(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    """8 MB each way through 12 cuts inside frames, while the target's connection stays one."""
    size = 8_000_000
    down, up = secrets.token_bytes(size), secrets.token_bytes(size)
    heard: list[bytes] = []

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(down)
        heard.append(await reader.readexactly(size))
        await writer.drain()

    target = await targets.serve(both)
    await line.link(proxy, target, recording="optional")
    _, _, ch = await line.open(target)
    chance = secrets.SystemRandom()
    proxy.plan = [chance.randrange(200_000, 900_000) for _ in range(12)]
    proxy.cut()
    await _feed(line.front, ch, up)
    line.front.command(EOF, b"", ch)
    account = await line.ended(ch, 150)
    assert proxy.cuts >= 13
    assert heard == [up]
    assert line.front.channels[ch].output == down
    for name, data in (("to_target", up), ("from_target", down)):
        digest = hashlib.sha256(data).hexdigest()
        assert account[name] == {"bytes": size, "sha256": digest}


async def test_what_goes_to_the_target_leaves_digests_only_unless_recording_is_required(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    target = await targets.serve(_shop)
    await line.link(proxy, target, recording="optional")
    _, _, ch = await line.open(target)
    line.front.type(b"GET /secret-word HTTP/1.0\r\n\r\n", ch)
    line.front.command(EOF, b"", ch)
    await line.ended(ch)
    channel = line.front.channels[ch]
    assert len(channel.controls(3)) == 1
    assert not channel.controls(2)
    assert b"secret-word" not in line.front.raw


async def test_a_required_recording_holds_what_was_sent(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    target = await targets.serve(_shop)
    await line.link(proxy, target, recording="required")
    _, _, ch = await line.open(target)
    line.front.type(b"GET /till HTTP/1.0\r\n\r\n", ch)
    line.front.command(EOF, b"", ch)
    await line.ended(ch)
    assert [unit.body[24:] for unit in line.front.channels[ch].controls(2)] == [
        b"GET /till HTTP/1.0\r\n\r\n"
    ]


async def test_a_target_that_never_reads_stops_the_sender_and_no_more(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    """What it does not take is not accepted; another tunnel of the session is not delayed."""
    leave = asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await leave.wait()

    stuck, page = await targets.serve(deaf), await targets.serve(_shop)
    await line.link(proxy, stuck, page, recording="optional")
    _, _, ch = await line.open(stuck)
    keys = line.front.channels[ch].keys
    offered = bytes(keys.room)
    line.front.type(offered, ch)
    word, value, other = await line.open(page)
    assert word == "opened", value
    line.front.type(b"GET / HTTP/1.0\r\n\r\n", other)
    await line.front.sees(b"Till 3", other)
    line.front.close_channel(ch)
    account = await line.ended(ch)
    assert account["how"] == "closed"
    leave.set()


async def test_a_dead_target_is_said_in_a_sentence(line: Line, proxy: CuttingProxy) -> None:
    await line.link(proxy, "127.0.0.1:9")
    word, _, ch = await line.open("127.0.0.1:9")
    assert word == "opened"
    account = await line.ended(ch)
    assert account["how"] == "connect"
    closed = line.front.channels[ch].closed
    assert closed is not None
    assert closed["sentence"] == (
        "127.0.0.1, port 9, cannot be reached from here: Connection refused."
    )


async def test_targets_the_contract_does_not_name_are_refused(
    line: Line, proxy: CuttingProxy
) -> None:
    elsewhere = ("169.254.169.254:80", "127.0.0.1:22", "10.0.0.1:22", "localhost:80", "[::1]:80")
    await line.link(proxy, "till-3.hotel.test:80")
    for target in (*elsewhere, "till-3.hotel.test:81"):
        word, value, _ = await line.open(target)
        found = (word, value["code"], value["by"])
        assert found == ("refused", "parameter-refused", "device"), target


async def test_a_tunnel_ends_with_the_customers_word(
    line: Line, targets: Targets, proxy: CuttingProxy
) -> None:
    gone = asyncio.Event()

    async def waits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            gone.set()

    target = await targets.serve(waits)
    await line.link(proxy, target)
    _, _, ch = await line.open(target)
    line.front.type(b"hello", ch)
    envelope = line.front.customer.revocation()
    kind = "reachback-narrow"
    line.front.control(32, {"id": "n", "kind": kind, **envelope.to_json()})
    await asyncio.wait_for(gone.wait(), PATIENCE)
    account = await line.ended(ch)
    assert account["how"] not in {"ended", "reset"}
