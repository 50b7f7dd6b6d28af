"""The hostile gateway as a program: one order per line in, one outcome per line out (JSON)."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from hostile_attacks import ATTACKS
from hostile_gateway import Gateway, Loot

from reachback_wire.documents import Envelope
from reachback_wire.signing import PrivateKey


async def learn(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    """More documents that the customer published; `serve` are sent to the device from now on."""
    for name, value in order.get("documents", {}).items():
        gateway.loot.documents[name] = Envelope.from_json(value)
    gateway.serving = order.get("serve", gateway.serving)
    return {}


async def publish(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    """Send a document to the linked device and give its report."""
    await gateway.back()
    gateway.document(gateway.loot.documents[order["name"]], name=order["name"])
    return await gateway.reported(order["name"])


async def linked(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    """The device is linked, and has reported on everything that was served."""
    await gateway.back()
    for name in gateway.serving:
        await gateway.reported(name)
    return {"links": len(gateway.links), "channels": gateway.channels}


async def shift(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    """Tell another time from the next connection on."""
    gateway.clock_shift = order["milliseconds"]
    await gateway.relink()
    return {}


async def attack(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    await gateway.with_nonces(2)
    return await ATTACKS[order["name"]](gateway)


async def honest(gateway: Gateway, order: dict[str, Any]) -> dict[str, Any]:
    return await gateway.honest(order["first"], order["until"])


ORDERS: dict[str, Callable[[Gateway, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
    "learn": learn,
    "publish": publish,
    "linked": linked,
    "shift": shift,
    "attack": attack,
    "honest": honest,
}


async def main() -> None:
    """Serve until standard input ends."""
    reader = asyncio.StreamReader(limit=1 << 24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    given = json.loads(await reader.readline())
    loot = Loot(PrivateKey.from_openssh(given["grant_key"].encode()))
    loot.keyset, loot.user, loot.canary = given["keyset"], given["user"], given["canary"]
    gateway = Gateway(loot)
    await gateway.start()
    say({"port": gateway.port})
    while line := await reader.readline():
        order = json.loads(line)
        say(await ORDERS[order["do"]](gateway, order) | {"device": loot.device})


def say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
