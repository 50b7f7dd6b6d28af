"""A file on its way to the device, as the page's Files panel sends it."""

import asyncio
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from typing_extensions import override

from bench.technician import Shell, Technician
from reachback_wire.link import BULK, Acked, UnitReceived
from reachback_wire.signing import PrivateKey
from reachback_wire.units import CtrlUnit

REQUEST, ANSWER = 24, 48
PIECE = 65_536


class Upload(Shell):
    """A files session that sends one file. `done` is set when the device says it has all of it."""

    @classmethod
    async def start(cls, technician: Technician, size: int) -> "Upload":
        """Connect, and begin to send `size` bytes of chance."""
        key = PrivateKey.generate()
        granted = await technician.granted(key, "files.write")
        upload = cls(technician, key, granted, technician.demo.port)
        upload.data = secrets.token_bytes(size)
        upload.sent = 0
        upload.begun = upload.done = False
        await upload.begin()
        place = Path(granted["channel"]["parameters"]["path"])
        upload.path = place / f"bench-{secrets.token_hex(4)}.bin"
        upload._put()
        return upload

    data: bytes
    sent: int
    begun: bool
    done: bool
    path: Path

    def _put(self) -> None:
        digest = hashlib.sha256(self.data).hexdigest()
        wanted = {"path": str(self.path), "size": len(self.data), "sha256": digest}
        self.typed.control(REQUEST, json.dumps({"id": "1", "do": "put", **wanted}).encode())
        self._go_on()

    @override
    def wanted(self) -> dict[str, Any]:
        return {}

    @override
    def _carry(self) -> None:
        assert self.link is not None
        self.link.expect(self.ch, self.screen)
        self.link.attach(self.ch, self.typed, priority=BULK)

    @override
    def event(self, event: object) -> None:
        unit = event.unit if isinstance(event, UnitReceived) else None
        if isinstance(unit, CtrlUnit) and unit.kind == ANSWER:
            self._answered(json.loads(unit.body))
        super().event(event)
        if isinstance(event, Acked):
            self._go_on()

    def _answered(self, value: dict[str, Any]) -> None:
        if not value["ok"]:
            raise ConnectionError(str(value))
        self.begun = self.begun or bool(value.get("begun"))
        self.done = bool(value.get("done"))
        self.arrived.set()
        self._go_on()

    def _go_on(self) -> None:
        while self.begun and self.sent < len(self.data) and self.typed.room >= PIECE:
            self.typed.write(self.data[self.sent : self.sent + PIECE])
            self.sent += PIECE
        if self.link is not None:
            self.link.wake(self.ch)
            self.flush()

    async def finished(self, seconds: float) -> bool:
        """Wait for the device's word that it has everything; whether it came."""
        try:
            async with asyncio.timeout(seconds):
                while not self.done:
                    self.arrived.clear()
                    await self.arrived.wait()
        except TimeoutError:
            return False
        return True

    @property
    def whole(self) -> bool:
        """Whether what lies on the device is what was sent."""
        return self.path.exists() and self.path.read_bytes() == self.data
