"""`reachback-front` / `python -m reachback_gateway.program`: the front as a process."""

import asyncio
import os
import signal
import sys

import uvloop

from reachback_gateway import settings as environment
from reachback_gateway.errors import SettingsError
from reachback_gateway.front import Front
from reachback_gateway.journal import Journal
from reachback_gateway.settings import Settings


async def run(settings: Settings, journal: Journal) -> None:
    """Serve until SIGTERM or SIGINT, then stop in order."""
    front = Front(settings, journal)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await front.start()
    try:
        await stopped.wait()
    finally:
        await front.stop()


def main() -> None:
    """Read the environment and serve; exit code 78 names a setting at fault."""
    journal = Journal()
    try:
        settings = environment.read(os.environ)
    except SettingsError as problem:
        journal.say("front.settings_refused", code=problem.code, sentence=problem.sentence)
        sys.exit(78)
    os.umask(0o077)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, journal))


if __name__ == "__main__":
    main()
