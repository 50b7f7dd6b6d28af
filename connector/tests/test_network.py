"""The page for the network's people, and the ways it promises: IPv6."""

import asyncio

from loopback import Listener
from test_encrypted_link import _accept

from reachback_connector.commands.network import openings, page
from reachback_connector.control.address import parse
from reachback_connector.control.dial import Dialler
from reachback_connector.control.websocket import WebSocket
from reachback_connector.settings import Settings

SETTINGS = Settings(
    "https://help.example.org", "wss://help.example.org/-/link/device", "dev-1", "desk"
)


def test_the_page_names_each_host_and_port_once_and_no_way_inwards() -> None:
    assert openings(SETTINGS) == [
        {"host": "help.example.org", "port": 443, "protocol": "TCP", "direction": "out"}
    ]
    text = "\n".join(page(SETTINGS, {}))
    assert "help.example.org, port 443, TCP" in text
    assert "no port is to be opened or forwarded inwards" in text
    assert len(text.splitlines()) <= 40


def test_the_page_names_the_proxy_but_never_its_password() -> None:
    text = "\n".join(page(SETTINGS, {"HTTPS_PROXY": "http://desk:secret@proxy.lan:3128"}))
    assert "through the proxy proxy.lan:3128" in text
    assert "secret" not in text


async def test_a_link_goes_over_ipv6() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _accept(reader, writer)
        await reader.read()

    listener = Listener(serve, host="::1")
    await listener.start()
    where = parse(f"ws://[::1]:{listener.port}/")
    socket = await WebSocket.connect(Dialler(environment={}), where)
    assert socket.local_address == "::1"
    socket.listen(lambda _: None)
    await socket.close()
    await listener.close()
