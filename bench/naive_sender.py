"""A sender of 64 KiB chunks that begins its chunk anew after each lost connection.

`python -m bench.naive_sender HOST PORT BYTES`, until it is ended: what most tools do, beside which
a bad line's transfer is measured. The chunk counts when all of it has arrived in one connection.
"""

import asyncio
import sys

CHUNK = 65_536


class Count:
    """The near side: bytes of whole chunks, and connections that ended before one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.whole = 0
        self.torn = 0
        self.most = 0
        """The most bytes of an unfinished chunk that one connection brought."""
        self.done = asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        came = 0
        try:
            while self.whole < self.size and (data := await reader.read(CHUNK)):
                came += len(data)
                wanted = min(CHUNK, self.size - self.whole)
                if came >= wanted:
                    self.whole, came = self.whole + wanted, came - wanted
        except OSError:
            pass
        if self.whole == self.size:
            self.done.set()
        self.torn += self.whole < self.size
        self.most = max(self.most, came)
        writer.transport.abort()


async def send(host: str, port: int, size: int) -> None:
    """Connect and send everything, again and again."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(bytes(size))
            await writer.drain()
            await reader.read()
            writer.transport.abort()
        except OSError:
            pass
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(send(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
