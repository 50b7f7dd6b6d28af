"""Bodies on their way in and answers on their way out, kept by the front instead of a web thread.

A request's body is read whole, first into memory, above a bound into a temporary file, before the
web process hears of the request. An answer is taken from the web process as fast as it makes it;
what the client has not read yet waits here.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO

from aiohttp import StreamReader

from reachback_gateway.clock import monotonic
from reachback_gateway.errors import BodyRefusedError
from reachback_gateway.settings import Limits

_PIECE = 256 * 1024


@dataclass(slots=True)
class Budget:
    """Bytes all spools of the process hold together on disk; refuses above `most`."""

    most: int
    held: int = 0

    def take(self, count: int) -> None:
        if self.held + count > self.most:
            raise BodyRefusedError(
                503, "spool-full", "Too many uploads are on their way; try again soon."
            )
        self.held += count

    def give(self, count: int) -> None:
        self.held -= count


class Spool:
    """Bytes in memory up to a bound, then in a temporary file; append at the end, read anywhere."""

    __slots__ = ("_budget", "_file", "_in_memory", "_memory", "_on_disk", "size")

    def __init__(self, in_memory: int, budget: Budget) -> None:
        self._in_memory = in_memory
        self._budget = budget
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._on_disk = 0
        self.size = 0

    async def append(self, data: bytes) -> None:
        """Add `data`; raises BodyRefusedError when the process's spools together are full."""
        if self._file is None and self.size + len(data) <= self._in_memory:
            self._memory += data
            self.size += len(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="reachback-spool-", buffering=0)  # noqa: SIM115
            data = bytes(self._memory) + data
            self._memory.clear()
            self.size = 0
        self._budget.take(len(data))
        self._on_disk += len(data)
        await asyncio.to_thread(_write, self._file.fileno(), data, self.size)
        self.size += len(data)

    async def read(self, offset: int, count: int) -> bytes:
        """Return at most `count` bytes from `offset`."""
        if self._file is None:
            return bytes(self._memory[offset : offset + count])
        length = min(count, self.size - offset)
        return await asyncio.to_thread(os.pread, self._file.fileno(), length, offset)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the whole content in pieces; for a spool nobody appends to any more."""
        offset = 0
        while offset < self.size:
            piece = await self.read(offset, _PIECE)
            offset += len(piece)
            yield piece

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._budget.give(self._on_disk)
        self._on_disk = 0


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


async def receive(
    content: StreamReader, declared: int | None, spool: Spool, limits: Limits
) -> None:
    """Read a request's body into `spool`; raises BodyRefusedError (too large, slow, idle)."""
    if declared is not None and declared > limits.body:
        raise BodyRefusedError(413, "body-too-large", _too_large(limits))
    started = monotonic()
    while True:
        try:
            async with asyncio.timeout(limits.idle):
                data = await content.readany()
        except TimeoutError as problem:
            raise BodyRefusedError(408, "body-idle", "Nothing arrived for too long.") from problem
        if not data:
            return
        await spool.append(data)
        if spool.size > limits.body:
            raise BodyRefusedError(413, "body-too-large", _too_large(limits))
        elapsed = monotonic() - started
        if elapsed > limits.grace and spool.size < elapsed * limits.slowest:
            raise BodyRefusedError(
                408, "body-too-slow", "The upload is too slow to be kept waiting for."
            )


def _too_large(limits: Limits) -> str:
    return f"At most {limits.body // 1_048_576} MiB can be sent at once."
