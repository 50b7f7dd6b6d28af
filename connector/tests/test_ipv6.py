"""IPv6: connector and browser at the real front, and a name whose IPv6 address is dead."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateway.tests.customer import Customer as KnownCustomer
from gateway.tests.peers import Browser
from gateway.tests.processes import Processes, until
from link_front import Front
from loopback import Listener
from lotus_device import Device

from reachback_connector.control.address import Address
from reachback_connector.control.dial import Dialler, let_go
from reachback_wire.signing import PrivateKey

HOST = "::1"


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    """The real front, on IPv6's loopback only."""
    made = Processes(tmp_path / "front", HOST)
    yield made
    await made.close()


@contextmanager
def swallowing(port: int) -> Iterator[tuple[str, int]]:
    """A listener on IPv6 whose queue is full: the kernel drops every further SYN in silence."""
    with ExitStack() as open_ones:
        listener = open_ones.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
        listener.bind((HOST, port))
        listener.listen(0)
        for _ in range(8):
            one = open_ones.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            one.setblocking(False)
            one.connect_ex((HOST, port))
        yield HOST, port


async def test_device_and_browser_link_to_the_front_over_ipv6(
    front: Front, device: Device, processes: Processes
) -> None:
    status, _, err = await device.enrol(front, front.customer)
    assert status == 0, err
    customer = KnownCustomer()
    processes.answer("devices.json", {front.enrolments[0]["key"]: customer.admission()})
    processes.answer("tickets.json", {"ticket-1": customer.redeemed("s1")})
    await processes.start_web()
    await processes.start_front()
    device.link_through(processes.port, f"[{HOST}]")
    await device.run()
    await until(lambda: processes.logged("link.device_up"))
    browser = Browser(processes.port, PrivateKey.generate(), "s1", "ticket-1")
    browser.host, browser.host_header = HOST, processes.authority
    browser.origin = processes.address
    await browser.connect()
    await until(lambda: browser.notices and browser.notices[-1]["device"] == "back")
    await browser.close()


async def test_a_name_whose_ipv6_swallows_everything_is_reached_by_ipv4(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    listener = Listener(serve)
    await listener.start()
    with swallowing(listener.port) as dead:
        found = [
            (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)
            for family, address in (
                (socket.AF_INET6, (*dead, 0, 0)),
                (socket.AF_INET, ("127.0.0.1", listener.port)),
            )
        ]

        def both(*_words: Any, **_more: Any) -> list[Any]:
            return found  # the system's resolver, with both kinds of address

        monkeypatch.setattr(socket, "getaddrinfo", both)
        where = Address(secure=False, host="help.example.org", port=listener.port, path="/")
        _, writer = await Dialler(environment={}).open(where)
        assert writer.get_extra_info("peername")[0] == "127.0.0.1"
        await let_go(writer)
    await listener.close()
