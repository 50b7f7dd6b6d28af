"""Memory of idle device links: `python -m bench.idle_links COUNT` prints MB per link (PSS).

Each link is a real WebSocket with its own key, HELLO and NONCES from this process; the front is
another process. The pages' process answers `devices/hello` for each.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop
from gateway.tests.customer import Customer
from gateway.tests.peers import Device
from gateway.tests.processes import Processes

from reachback_wire.signing import PrivateKey


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


async def run(count: int) -> None:
    """Connect `count` devices and print what each costs the front."""
    with tempfile.TemporaryDirectory() as folder:
        processes = Processes(Path(folder))
        keys = [PrivateKey.generate() for _ in range(count)]
        known = Customer().admission()
        devices = {key.public_line: known | {"device": f"d{n}"} for n, key in enumerate(keys)}
        processes.answer("devices.json", devices)
        await processes.start_web()
        await processes.start_front()
        assert processes.front is not None
        before = _pss(processes.front.pid)
        peers = [Device(processes.port, key) for key in keys]
        for start in range(0, count, 50):
            await asyncio.gather(*(peer.connect() for peer in peers[start : start + 50]))
        await asyncio.sleep(1)
        after = _pss(processes.front.pid)
        each = (after - before) / 1024 / count
        print(f"{count} links: {before / 1024:.1f} MB + {each:.4f} MB each")
        for peer in peers:
            await peer.close()
        await processes.close()


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
