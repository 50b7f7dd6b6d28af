"""What is measured on a terminal, the same for ours and for the peer's."""

import asyncio
import os
import pty
import re
import time
from collections.abc import Awaitable
from typing import Protocol

PROMPT = re.compile(rb"[#$] ")
DONE = re.compile(b"ALLDONE")
OUTPUT = 40_000_000
PRINT = f"head -c {OUTPUT} /dev/zero | tr '\\0' x; echo; echo ALL''DONE\r".encode()


class Terminal(Protocol):
    """A shell somewhere: what came from it, and a way to type."""

    received: bytearray
    arrived: asyncio.Event

    def type(self, data: bytes) -> Awaitable[None] | None: ...


async def press(terminal: Terminal, data: bytes) -> None:
    """Type, whichever way this terminal does it."""
    waiting = terminal.type(data)
    if waiting is not None:
        await waiting


async def seen(
    terminal: Terminal, pattern: re.Pattern[bytes], *, start: int = 0, seconds: float = 60
) -> None:
    """Wait until this stands in what arrived after `start`."""
    async with asyncio.timeout(seconds):
        while not pattern.search(terminal.received, max(start, 0)):
            start = max(start, len(terminal.received) - 200)
            terminal.arrived.clear()
            await terminal.arrived.wait()


async def settled(terminal: Terminal) -> None:
    """Wait until nothing has come for 0.3 s."""
    while True:
        terminal.arrived.clear()
        try:
            await asyncio.wait_for(terminal.arrived.wait(), 0.3)
        except TimeoutError:
            return


async def echoes(terminal: Terminal, count: int) -> list[float]:
    """Milliseconds from each of `count` keys to the next byte of the terminal."""
    taken = []
    for number in range(count):
        terminal.arrived.clear()
        began = time.perf_counter()
        await press(terminal, b"k")
        await asyncio.wait_for(terminal.arrived.wait(), 20)
        taken.append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(0.005)
        if number % 60 == 59:  # a line that wraps would be more than an echo
            await press(terminal, b"\x15")
            await settled(terminal)
    return taken


async def output(terminal: Terminal) -> float:
    """Mbit/s of 40 MB printed in the shell."""
    await press(terminal, b"\x15")
    await settled(terminal)
    start = len(terminal.received)
    began = time.perf_counter()
    await press(terminal, PRINT)
    await seen(terminal, DONE, start=start, seconds=120)
    return OUTPUT * 8 / 1e6 / (time.perf_counter() - began)


def bare_shell() -> float:
    """Milliseconds a login shell on a bare terminal of this machine needs to its prompt."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp("bash", ["-bash"])  # noqa: S606 - the shell is what is measured
    found = b""
    while not PROMPT.search(found):
        found += os.read(terminal, 4096)
    taken = (time.perf_counter() - began) * 1_000
    os.close(terminal)
    os.waitpid(pid, 0)
    return taken
