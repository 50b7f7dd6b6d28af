"""A small supervisor: keeps programs running, forwards signals, and marks their lines."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_STEADY = 20.0  # seconds of life after which a crash starts the back-off anew
_DELAYS = (0.1, 0.3, 1.0, 2.0, 5.0, 10.0)
_GRACE = 10.0
_LONGEST_LINE = 64 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """A program to keep running: its name in the log, its arguments, additional environment."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def _die_with_parent() -> None:
    """In the child before exec: ask Linux to end it when the supervisor is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stderr_line(line: str) -> None:
    """Write one line to standard error at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class Supervisor:
    """Runs programs until told to stop; a crash is a restart with growing delay."""

    def __init__(
        self, programs: list[Program], run: Path, say: Callable[[str], None] = stderr_line
    ) -> None:
        self._programs = programs
        self._run = run
        self._say = say
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT, then end every program; return the exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._forward, signal.SIGHUP)
        keepers = [asyncio.create_task(self._keep(program)) for program in self._programs]
        await self._stopping.wait()
        self._forward(signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=_GRACE)
        if late:
            self._forward(signal.SIGKILL)
            await asyncio.wait(late)
        return 0

    def _forward(self, number: signal.Signals) -> None:
        for process in list(self._running.values()):
            if process.returncode is None:
                process.send_signal(number)

    async def _keep(self, program: Program) -> None:
        crashes = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            status = await self._once(program)
            if self._stopping.is_set():
                return
            crashes = 1 if loop.time() - began > _STEADY else crashes + 1
            delay = _DELAYS[min(crashes, len(_DELAYS)) - 1]
            self._say(f"supervisor | {program.name} ended ({status}), again in {delay:g} s")
            await self._sleep(delay)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        except TimeoutError:
            return

    async def _once(self, program: Program) -> int:
        process = await asyncio.create_subprocess_exec(
            *program.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **program.environment},
            limit=_LONGEST_LINE,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._running[program.name] = process
        note = self._run / f"{program.name}.pid"
        note.write_text(str(process.pid), "ascii")
        try:
            if process.stdout is not None:
                await self._relay(program.name, process.stdout)
            return await process.wait()
        finally:
            note.unlink(missing_ok=True)

    async def _relay(self, name: str, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # a line longer than the limit: its first part was dropped
                continue
            if not line:
                return
            self._say(f"{name:<10} | {line.decode('utf-8', 'replace').rstrip()}")
