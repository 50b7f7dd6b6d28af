"""What a technician's Files panel does over a channel of the little front."""

import hashlib
import json
from pathlib import Path
from typing import Any

from link_front import Front

from reachback_wire.documents import Capability
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit

REQUEST, ANSWER = 24, 48


def allow(front: Front, *globs: str) -> None:
    """Let the contract allow reading and writing beneath `globs`."""
    clause = front.customer.contract.clauses[0]
    capabilities = (
        *clause.capabilities,
        Capability("files.read", globs),
        Capability("files.write", globs),
    )
    front.customer.with_clause(capabilities=capabilities)


class Panel:
    """One files channel; every answer is found by its request's id."""

    def __init__(self, front: Front, ch: int) -> None:
        self.front, self.ch = front, ch
        self._count = 0

    @classmethod
    async def open(
        cls, front: Front, operation: str, path: Path | str, ch: int = 16
    ) -> tuple["Panel", str, Any]:
        customer = front.customer
        nonce = front.nonces[(ch - 16) % len(front.nonces)]
        grant = customer.grant(nonce, capabilities=("files.read", "files.write"), id=f"g{ch}")
        wish = customer.wish(
            channel=f"s1.{ch}",
            grant=f"g{ch}",
            kind="files",
            parameters={"operation": operation, "path": str(path)},
        )
        word, value = await front.open(customer.sealed(grant), wish, ch)
        return cls(front, ch), word, value

    def answers(self, number: str) -> list[dict[str, Any]]:
        units = self.front.channels[self.ch].controls(ANSWER)
        found = [json.loads(unit.body) for unit in units]
        return [each for each in found if each["id"] == number]

    def send(self, do: str, **more: Any) -> str:
        self._count += 1
        number = f"{do}-{self.ch}-{self._count}"
        body = json.dumps({"id": number, "do": do, **more}).encode()
        self.front.command(REQUEST, body, self.ch)
        return number

    async def answer(self, number: str, count: int = 1) -> dict[str, Any]:
        await self.front.until(lambda: len(self.answers(number)) >= count)
        return self.answers(number)[count - 1]

    async def ask(self, do: str, **more: Any) -> dict[str, Any]:
        return await self.answer(self.send(do, **more))

    async def get(self, path: Path | str, offset: int = 0) -> tuple[dict[str, Any], bytes]:
        """The last answer, and the bytes between the first and it."""
        number = self.send("get", path=str(path), offset=offset)
        first = await self.answer(number)
        if not first["ok"]:
            return first, b""
        last = await self.answer(number, 2)
        return last, self.content(number)

    def content(self, number: str) -> bytes:
        """What came after the answer to `number` began it."""
        found, begun = bytearray(), False
        for _, unit in self.front.channels[self.ch].units:
            if isinstance(unit, CtrlUnit) and unit.kind == ANSWER:
                begun = json.loads(unit.body)["id"] == number
            elif isinstance(unit, DataUnit) and begun:
                found += unit.data
            elif isinstance(unit, GapUnit):
                raise AssertionError("A files channel declares no gaps.")
        return bytes(found)

    async def put(self, path: Path | str, data: bytes, **more: Any) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        number = self.send("put", path=str(path), size=len(data), sha256=digest, **more)
        begun = await self.answer(number)
        if not begun["ok"]:
            return begun
        await self.stream(data[begun["offset"] :])
        return await self.answer(number, 2)

    async def stream(self, data: bytes) -> None:
        """Send content as the send buffer has room for it."""
        keys = self.front.channels[self.ch].keys
        for at in range(0, len(data), 65_536):
            await self.front.until(lambda: keys.room >= 65_536)
            self.front.type(data[at : at + 65_536], self.ch)

    def told(self) -> list[dict[str, Any]]:
        """The FILE testimony."""
        return [json.loads(u.body[24:]) for u in self.front.channels[self.ch].controls(6)]
