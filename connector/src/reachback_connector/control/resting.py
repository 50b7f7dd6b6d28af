"""On-demand mode: when a contact is over, how it is ended, and what calls for the next one.

A contact lasts `for` seconds, and longer while a session is open or something is still to be told.
Then the device says when it comes again, sees that the server has taken that in, and leaves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Final

from reachback_connector.contact import Plan
from reachback_connector.control.link_session import REPORT, LinkSession, Shared

_LOOK: Final = 0.2
_SETTLE: Final = 60.0
"""Seconds after a session's end in which its technician may want another."""
_LINGER: Final = 2.0
"""Seconds for an OPEN that was on its way when the front heard that the device leaves."""
_PATIENCE: Final = 60.0
"""Seconds until a device leaves without the server's word: the line costs, the alert may come."""
_CHUNK: Final = 30.0
"""A clock that is set while the device rests is noticed within this many seconds."""
_log = logging.getLogger("reachback.control")


class Resting:
    """Between two contacts, and the end of one. Without a plan it never begins."""

    def __init__(self, plan: Plan | None) -> None:
        self.plan = plan
        self.away = False
        self._wait = 0.0
        self._called = asyncio.Event()

    def call(self) -> None:
        """Something must be told: a device that rests dials out at once."""
        self._called.set()

    async def hold(self, shared: Shared, session: LinkSession) -> None:
        """Stay for a contact, then leave. Runs beside the link; ends with it."""
        if self.plan is None:
            return
        await session.up.wait()
        shared.reports.add(REPORT, {"kind": "contact", "state": "here"})
        shared.wake_link()
        await self._over(shared, self.plan.stay)
        while not await self._leaves(shared, self.plan):
            shared.reports.add(REPORT, {"kind": "contact", "state": "here"})
            shared.wake_link()
            await self._over(shared, min(self.plan.stay, _SETTLE))
        self._called.clear()
        self.away = True
        _log.info("The contact is over; the next one is in %.0f s.", self._wait)
        await session.part()

    async def _over(self, shared: Shared, stay: float) -> None:
        """Until the time is over and no session has been open for a while."""
        began = quiet_since = time.monotonic()
        settle = min(stay, _SETTLE)
        while time.monotonic() < began + stay or time.monotonic() < quiet_since + settle:
            await asyncio.sleep(_LOOK)
            if shared.live:
                quiet_since = time.monotonic()

    async def _leaves(self, shared: Shared, plan: Plan) -> bool:
        """Say when the next contact is; False when somebody came meanwhile."""
        self._wait = plan.wait(datetime.fromtimestamp(time.time(), UTC))
        until = time.monotonic() + _PATIENCE
        shared.reports.add(
            REPORT, {"kind": "contact", "state": "resting", "in": round(self._wait * 1000)}
        )
        shared.wake_link()
        told = time.monotonic() + self._wait
        while _untold(shared) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)
        await asyncio.sleep(min(_LINGER, plan.stay))
        if shared.live or (_untold(shared) and time.monotonic() < until):
            return False
        self._wait = max(0.0, told - time.monotonic())
        return True

    async def until_due(self) -> None:
        """Rest until the next contact, or until something must be told."""
        due = time.monotonic() + self._wait
        while self.plan is not None and (left := due - time.monotonic()) > 0:
            if self.plan.at:
                left = min(left, self.plan.wait(datetime.fromtimestamp(time.time(), UTC)), _CHUNK)
            try:
                async with asyncio.timeout(left):
                    await self._called.wait()
                break
            except TimeoutError:
                continue
        self._called.clear()
        self.away = False


def _untold(shared: Shared) -> bool:
    return len(shared.reports) > 0 or len(shared.results) > 0
