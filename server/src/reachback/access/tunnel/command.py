"""`reachback tunnel DEVICE LOCAL:HOST:PORT`: a target beside the device, on a port here."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys

from reachback.access.tunnel.asking import Answer, Place, Way
from reachback.access.tunnel.client import Client
from reachback.access.tunnel.errors import TunnelError
from reachback_wire.signing import PrivateKey


def _say(line: str) -> None:
    """One line, with nothing in it that could command a terminal."""
    clean = "".join(each if each.isprintable() else "�" for each in line)
    sys.stderr.write(f"{clean}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Ask, wait for the person's yes, then carry connections until the session ends."""
    parser = argparse.ArgumentParser(prog="reachback tunnel", description=main.__doc__)
    parser.add_argument("device", help="the address of the device's page (https://…/devices/…)")
    parser.add_argument("way", metavar="LOCAL:HOST:PORT", help="as in 8080:till-3:80; TCP only")
    parser.add_argument("--server", default=os.environ.get("REACHBACK_SERVER", ""))
    options = parser.parse_args(arguments)
    try:
        way = Way.parse(options.way)
        place = Place.parse(options.device, options.server)
        return asyncio.run(run(place, way))
    except TunnelError as error:
        _say(f"reachback tunnel: {error.sentence}")
        return 1


async def run(place: Place, way: Way) -> int:
    """The whole life of the command. TunnelError ends it with a sentence."""
    key = PrivateKey.generate()
    _say("Open this address in the browser you are signed in with, and compare the key:\n")
    _say(f"  {place.address(way, key.public_line)}")
    _say(f"  key {key.fingerprint}\n")
    _say("Then paste the line that the page shows, and press Return:")
    answer = Answer.parse(await asyncio.to_thread(sys.stdin.readline))
    client = Client(place.server, key, answer, way.target, _say)
    linking = asyncio.create_task(client.stay())
    try:
        await _listen(client, way, linking)
    finally:
        linking.cancel()
        with contextlib.suppress(asyncio.CancelledError, TunnelError):
            await linking
    return 0


async def _listen(client: Client, way: Way, linking: "asyncio.Task[None]") -> None:
    """Listen on loopback once the session is joined; the link's end is the command's."""
    ready = asyncio.create_task(client.ready.wait())
    await asyncio.wait({ready, linking}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if linking.done():
        linking.result()
    try:
        server = await asyncio.start_server(client.join, "127.0.0.1", way.port)
    except OSError as error:
        reason = error.strerror or "it is taken"
        raise TunnelError(
            "port", f"Port {way.port} of this computer cannot be used: {reason}."
        ) from error
    # What starts programs in the background has Ctrl-C ignored; it ends them by SIGTERM.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, linking.cancel)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _say(f"Listening on 127.0.0.1:{port}, which leads to {way.target} from the device.")
        with contextlib.suppress(asyncio.CancelledError):
            await linking
