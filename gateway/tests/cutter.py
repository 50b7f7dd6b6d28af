"""A TCP proxy that cuts connections after a given number of bytes, so inside frames, too."""

import asyncio
import contextlib
import random  # noqa: TID251 - seeded, so that a failing run can be repeated


class Cutter:
    """Forwards to a port; while `cutting`, each connection is reset after some thousand bytes."""

    def __init__(self, target: int, seed: int) -> None:
        self.target = target
        self.port = 0
        self.cuts = 0
        self.cutting = False
        self._chance = random.Random(seed)  # noqa: S311
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Reset every connection there is now."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        left = [self._chance.randint(3_000, 12_000)]
        pair = (writer, far_writer)
        self._writers.update(pair)
        await asyncio.gather(
            self._pump(reader, far_writer, left, pair), self._pump(far_reader, writer, left, pair)
        )
        self._writers.difference_update(pair)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: list[int],
        pair: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if self.cutting and len(data) >= left[0]:
                    # The part before the cut is delivered: frames arrive torn.
                    writer.write(data[: left[0]])
                    await asyncio.sleep(0)
                    self.cuts += 1
                    break
                if self.cutting:
                    left[0] -= len(data)
                writer.write(data)
                await writer.drain()
        for each in pair:
            each.transport.abort()
