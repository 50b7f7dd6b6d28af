"""A control process that is asked to end does end, whatever happens at the same moment."""

import asyncio

import pytest

from reachback_connector.control.main import heed_cancellation


async def test_a_cancellation_that_meets_a_lost_link_still_ends_the_task() -> None:
    leaving, gone = asyncio.Event(), asyncio.Event()

    async def slow_to_leave() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            leaving.set()
            await gone.wait()

    async def link() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(slow_to_leave())
            await asyncio.sleep(0)
            raise ConnectionResetError

    async def control() -> None:
        try:
            await link()
        except* ConnectionResetError:
            pass
        heed_cancellation()

    running = asyncio.create_task(control())
    await leaving.wait()
    running.cancel()
    await asyncio.sleep(0)
    gone.set()
    with pytest.raises(asyncio.CancelledError):
        await running
