"""Reports and health of one device on their way to the web process; acknowledged when accepted."""

import asyncio
import json
from typing import TYPE_CHECKING

from reachback_gateway.errors import WebRefusedError, WebUnavailableError
from reachback_gateway.journal import Journal
from reachback_gateway.ports import Json, Reports
from reachback_wire.link import RemoteError
from reachback_wire.units import CtrlUnit, Unit

if TYPE_CHECKING:
    from reachback_gateway.links.device import DeviceLeg

NAMES = {1: "control", 2: "health"}
_BATCH = 64
_HELD_MOST = 4 * 1_048_576
_WINDOW = 65_536
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0


class Reporter:
    """Keeps order per channel; holds at most 4 MiB that the web process has not accepted."""

    __slots__ = ("_device", "_held", "_journal", "_reports", "_task", "_waiting")

    def __init__(self, device: "DeviceLeg", reports: Reports, journal: Journal) -> None:
        self._device = device
        self._reports = reports
        self._journal = journal
        self._waiting: list[tuple[int, int, Json, int]] = []
        self._held = 0
        self._task: asyncio.Task[None] | None = None

    def add(self, ch: int, offset: int, unit: Unit) -> None:
        """Take one unit of channel 1 or 2; raises RemoteError for what is no report."""
        if not isinstance(unit, CtrlUnit):
            raise RemoteError("malformed", "The control and health channels carry CTRL only.")
        try:
            body = json.loads(unit.body)
        except ValueError as problem:
            raise RemoteError("malformed", "A report is not JSON.") from problem
        if not isinstance(body, dict):
            raise RemoteError("malformed", "A report is not an object.")
        self._held += len(unit.body)
        if self._held > _HELD_MOST:
            raise RemoteError("too-much", "More reports wait than are kept here.")
        self._waiting.append((ch, offset + 1, {"kind": unit.kind, "body": body}, len(unit.body)))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _deliver(self) -> None:
        wait = _FIRST_WAIT
        try:
            while self._waiting:
                batch = self._next_batch()
                if await self._post(batch):
                    del self._waiting[: len(batch)]
                    self._accepted(batch)
                    wait = _FIRST_WAIT
                else:
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, _LONGEST_WAIT)
        finally:
            self._task = None

    def _next_batch(self) -> list[tuple[int, int, Json, int]]:
        first = self._waiting[0][0]
        batch = []
        for item in self._waiting[:_BATCH]:
            if item[0] != first:
                break
            batch.append(item)
        return batch

    async def _post(self, batch: list[tuple[int, int, Json, int]]) -> bool:
        admission = self._device.admission
        try:
            await self._reports.reports(
                device=admission.device,
                generation=admission.generation,
                channel=NAMES[batch[0][0]],
                units=[item[2] for item in batch],
            )
        except WebUnavailableError:
            return False
        except WebRefusedError as problem:
            # Asking again would be refused again; the log keeps that it happened.
            self._journal.say("reports.refused", device=admission.device, code=problem.code)
        return True

    def _accepted(self, batch: list[tuple[int, int, Json, int]]) -> None:
        ch, end = batch[-1][0], batch[-1][1]
        self._held -= sum(item[3] for item in batch)
        link = self._device.leg.link
        link.ack(ch, end)
        if end % (_WINDOW // 4) < len(batch):
            link.grant_credit(ch, end + _WINDOW)
        self._device.leg.kick()
