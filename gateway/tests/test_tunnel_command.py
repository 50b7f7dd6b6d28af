"""`reachback tunnel` against the real front: local connections, cut lines, clear endings."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import pytest
from typing_extensions import override

from reachback.access.tunnel.asking import Answer
from reachback.access.tunnel.client import Client
from reachback.access.tunnel.errors import TunnelError
from reachback_wire.link import UnitReceived
from reachback_wire.signing import PrivateKey
from reachback_wire.units import CtrlUnit

from .cutter import Cutter
from .peers import Device
from .processes import Processes, until
from .targets import TILL, TunnelCustomer


class EchoTarget(Device):
    """A device whose targets send back what they hear, and end when we have ended."""

    @override
    def event(self, event: object) -> None:
        super().event(event)
        if isinstance(event, UnitReceived) and isinstance(event.unit, CtrlUnit) and event.ch > 15:
            channel = self.channels[event.ch]
            account = {"how": "ended", "sentence": "The connection has ended."}
            for kind, payload in ((15, b""), (5, json.dumps(account).encode())):
                channel.output.control(kind, bytes(24) + payload)
            assert self.link is not None
            self.link.wake(event.ch)


class Line:
    """The command's client, the front and the device, with a cutting proxy on either side."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.customer = TunnelCustomer()
        self.key = PrivateKey.generate()
        self.said: list[str] = []
        self.near = Cutter(processes.port, 1)
        known = {self.customer.device_key.public_line: self.customer.admission()}
        processes.answer("devices.json", known)
        processes.answer("tickets.json", {"ticket-1": self.customer.redeemed("s1")})
        self.device = EchoTarget(processes.port, self.customer.device_key)
        self.tasks: list[asyncio.Task[None]] = []

    def client(self, target: str = TILL, ticket: str = "ticket-1") -> Client:
        answer = Answer("s1", ticket, "/-/link/browser", self.customer.grant(self.key), "Clause 4.")
        server = f"http://127.0.0.1:{self.near.port}"
        return Client(server, self.key, answer, target, self.said.append)

    async def start(self, client: Client) -> int:
        """Link everything; the local port."""
        await self.device.connect()
        self.tasks.append(asyncio.create_task(client.stay()))
        await asyncio.wait_for(client.ready.wait(), 20)
        self.server = await asyncio.start_server(client.join, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if hasattr(self, "server"):
            self.server.close()
        await self.device.close()
        await self.near.close()


@pytest.fixture
async def line(processes: Processes) -> AsyncIterator[Line]:
    made = Line(processes)
    await made.near.start()
    yield made
    await made.close()


async def _through(port: int, data: bytes) -> bytes:
    """What comes back when a local program sends `data` and ends its half."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        writer.write(data)
        await writer.drain()
        writer.write_eof()

    try:
        async with asyncio.timeout(60):
            _, found = await asyncio.gather(send(), reader.read())
    finally:
        writer.close()
        await writer.wait_closed()
    return found


async def test_several_local_connections_are_channels_of_one_session(line: Line) -> None:
    port = await line.start(line.client())
    sent = [secrets.token_bytes(50_000) for _ in range(5)]
    assert await asyncio.gather(*(_through(port, data) for data in sent)) == sent
    opened = [json.loads(value["open"]["body"]) for value in line.device.opens]
    assert sorted(each["channel"] for each in opened) == [f"s1.{n}" for n in range(1, 6)]
    assert {each["parameters"]["target"] for each in opened} == {TILL}


async def test_a_line_cut_again_and_again_loses_and_repeats_nothing(line: Line) -> None:
    port = await line.start(line.client())
    data = secrets.token_bytes(400_000)
    line.near.cutting = True
    going = asyncio.create_task(_through(port, data))
    await until(lambda: line.near.cuts >= 10 or going.done(), seconds=60)
    line.near.cutting = False
    assert await going == data
    assert line.near.cuts >= 3
    assert "The line is back." in line.said


async def test_a_line_lost_while_nothing_is_open_does_not_end_the_command(line: Line) -> None:
    port = await line.start(line.client())
    assert await _through(port, b"first") == b"first"
    line.device.end(16, {"code": "ended", "sentence": "The connection has ended."})
    await until(lambda: line.processes.told("sessions/events"))
    await until(lambda: "ended" in str(line.processes.told("sessions/events")))
    line.near.cut()
    await until(lambda: "The line is back." in line.said)
    assert await _through(port, b"second") == b"second"


async def test_a_target_outside_the_contract_is_said_and_nothing_is_opened(line: Line) -> None:
    port = await line.start(line.client("169.254.169.254:80"))
    assert await _through(port, b"GET /latest/meta-data/") == b""
    assert line.device.opens == []
    assert any("169.254.169.254:80" in each for each in line.said)


async def test_a_line_that_was_used_already_ends_the_command_with_a_sentence(line: Line) -> None:
    client = line.client(ticket="spent")
    with pytest.raises(TunnelError) as ended:
        await asyncio.wait_for(client.stay(), 20)
    assert ended.value.code == "ticket-spent"


async def test_a_cut_ends_what_is_open_and_says_why(line: Line) -> None:
    port = await line.start(line.client())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"once")
        assert await asyncio.wait_for(reader.readexactly(4), 20) == b"once"
        sentence = "The hotel has revoked all access."
        status, _ = await line.processes.ask_front(
            "/sessions/s1/cut", {"code": "revoked", "sentence": sentence}
        )
        assert status == 200
        assert await asyncio.wait_for(reader.read(), 20) == b""
    finally:
        writer.close()
        await writer.wait_closed()
    await until(lambda: sentence in line.said)
