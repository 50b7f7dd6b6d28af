"""The control process: dial, hold the link, dial again. `reachback-connector run`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from reachback_connector import contact, unix
from reachback_connector.checks.scheduler import Scheduler
from reachback_connector.control.address import parse
from reachback_connector.control.backoff import Backoff
from reachback_connector.control.dial import Dialler
from reachback_connector.control.helper_client import HelperClient
from reachback_connector.control.link_session import REPORT, LinkSession, Shared
from reachback_connector.control.outbox import Outbox
from reachback_connector.control.resting import Resting
from reachback_connector.control.ways import Ways
from reachback_connector.errors import ConnectorError, HelperUnavailable
from reachback_connector.layout import Layout
from reachback_connector.settings import Settings, load
from reachback_wire.link_errors import LinkError

_STEADY: Final = 10.0
_HELPER_PATIENCE: Final = 10.0
_FAREWELL: Final = 4.0
"""Seconds in which sessions end properly and the server is told, when the device goes down."""
_FAREWELL_LOOK: Final = 0.05
_log = logging.getLogger("reachback.control")


class HelperProcess:
    """The helper when nobody else starts it: spawned beside us, ended with us."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start the helper unless something answers on its socket. HelperUnavailable."""
        if self._answers():
            return
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "reachback_connector.helper"]
        command += ["--state", str(self._layout.state), "--parent", str(os.getpid())]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _HELPER_PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise HelperUnavailable("helper-unavailable", "The helper cannot be started.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            unix.connect(self._layout.helper_socket, timeout=1.0).close()
        except OSError:
            return False
        return True

    def end(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=10)


@dataclass(slots=True)
class Control:
    """One running control process."""

    layout: Layout
    settings: Settings
    helper: HelperProcess | None
    backoff: Backoff = field(default_factory=Backoff)
    shared: Shared | None = None

    async def run(self) -> None:
        """Until cancelled: hold a link, and when it is lost come back."""
        shared = Shared(
            self.layout,
            HelperClient(self.layout.helper_socket),
            reports=Outbox(self.layout.control / "reports.jsonl"),
            results=Outbox(self.layout.control / "results.jsonl"),
        )
        self.shared = shared
        resting = Resting(contact.load(self.layout))
        scheduler = Scheduler(self.layout, shared.results, shared.wake_link, resting)
        shared.on_welcome = scheduler.announce
        address = parse(self.settings.link_url)
        ways = Ways(Dialler(self.settings.ca_file), address)
        if not address.secure:
            _log.warning("THE LINK IS NOT ENCRYPTED: %s is this very machine.", address.host)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(scheduler.run())
            while True:
                wait = await self._once(shared, ways, resting)
                heed_cancellation()
                if resting.away:
                    await resting.until_due()
                    continue
                _log.info("The next attempt is in %.1f s.", wait)
                await asyncio.sleep(wait)

    async def _once(self, shared: Shared, ways: Ways, resting: Resting) -> float:
        """One attempt and, if it succeeds, one link; the seconds to wait before the next."""
        retry: float | None = None
        began = time.monotonic()
        session: LinkSession | None = None
        try:
            if self.helper is not None:
                await asyncio.to_thread(self.helper.ensure)
            socket = await ways.connect()
            session = LinkSession(shared, socket)
            async with ways.looking(socket), beside(resting.hold(shared, session)):
                retry = await session.run()
        except (ConnectorError, LinkError) as error:
            _log.warning("%s", error.sentence)
        except (OSError, TimeoutError) as error:
            _log.warning("The link broke: %s.", str(error) or type(error).__name__)
        if session is not None and session.challenged:
            self.backoff.answered()
        if session is not None and session.admitted:
            self.backoff.welcomed()
            if session.carried:
                self.backoff.interrupted()
            if time.monotonic() - began >= _STEADY:
                self.backoff.succeeded()
        return retry if retry is not None else self.backoff.next()

    async def farewell(self) -> None:
        """Asked to stop: when the device itself goes down, say so while the link still stands."""
        shared = self.shared
        if shared is None or not shared.link_up:
            return
        try:
            async with asyncio.timeout(_FAREWELL):
                answer = await shared.helper.ask("farewell")
                if not answer.get("restarting"):
                    return
                shared.reports.add(REPORT, {"kind": "rebooting", "boot": answer.get("boot", "")})
                shared.wake_link()
                while shared.telling:  # noqa: ASYNC110
                    await asyncio.sleep(_FAREWELL_LOOK)
        except (ConnectorError, TimeoutError) as error:
            _log.warning("The device goes down before everything was told: %r.", error)


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do `work` while the block lasts, and no longer."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def heed_cancellation() -> None:
    """Raise CancelledError if this task was asked to end and the request got lost on the way.

    A task group that is failing when its task is cancelled raises the failure and forgets the
    cancellation (CPython gh-116720, mended in 3.13): a SIGTERM that met a lost link did nothing.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def main(layout: Layout, *, spawn_helper: bool) -> int:
    """Run until SIGTERM or SIGINT; open shells stay."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings = load(layout)
    helper = HelperProcess(layout) if spawn_helper else None
    control = Control(layout, settings, helper)
    try:
        asyncio.run(_until_signal(control))
    finally:
        if helper is not None:
            helper.end()
    return 0


async def _until_signal(control: Control) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.ensure_future(control.run())
    stopping = asyncio.ensure_future(stop.wait())
    done, pending = await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if stopping in done and running not in done:
        await control.farewell()
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()
