"""The hostile gateway as a test sees it: a process, its standard input and output."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from lotus_customer import HOUR, USER, Customer, now

from reachback_wire.documents import DeviceStatement, Envelope, Narrowing, seal
from reachback_wire.signing import PrivateKey

PROGRAM = Path(__file__).with_name("hostile_program.py")
SERVED = ["keyset", "statement", "older", "contract"]


class HostileGateway:
    """Gives orders to the program; the customer's keys stay here."""

    def __init__(self, customer: Customer, canary: Path) -> None:
        self.customer = customer
        self.canary = canary
        self.port = 0
        self.token = "good-token"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the program with what it stole."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            limit=1 << 24,
        )
        stolen = {
            "grant_key": self.customer.provider.to_openssh().decode(),
            "keyset": self.customer.sealed_keyset().to_json(),
            "user": USER,
            "canary": str(self.canary),
        }
        self.port = (await self._exchange(stolen))["port"]

    async def _exchange(self, value: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(value).encode() + b"\n")
        line = await asyncio.wait_for(process.stdout.readline(), 150)
        assert line, "the hostile gateway has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    async def order(self, do: str, **members: Any) -> dict[str, Any]:
        return await self._exchange({"do": do, **members})

    async def attack(self, name: str) -> dict[str, Any]:
        return await self.order("attack", name=name)

    async def honest(self, command: str, until: str) -> dict[str, Any]:
        return await self.order("honest", first=command, until=until)

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    # What the customer publishes

    async def publish_all(self) -> None:
        """Everything the customer signed until today; the device is shown the newest."""
        self.customer.device = (await self.order("learn"))["device"]
        papers = self.papers()
        documents = {name: envelope.to_json() for name, envelope in papers.items()}
        await self.order("learn", documents=documents, serve=SERVED)

    def papers(self) -> dict[str, Envelope]:
        customer = self.customer
        first = customer.sealed_keyset()
        keyset = replace(customer.keyset, serial=2, previous=first.digest)
        mine = self.statement(customer.device, 3)
        older = replace(customer.contract, keyset=2, serial=1)
        customer.contract = replace(older, serial=2, title="Remote care, second edition")
        stranger = PrivateKey.generate().public_line
        return {
            "first-keyset": first,
            "keyset": seal(keyset, customer.signer),
            "statement": mine,
            "older-statement": self.statement(customer.device, 2),
            "other-statement": self.statement(stranger, 9),
            "older": seal(older, customer.signer),
            "contract": seal(customer.contract, customer.signer),
            "revocation": self.revocation(),
        }

    def statement(self, key: str, serial: int) -> Envelope:
        made = DeviceStatement(
            organisation="lotus",
            keyset=2,
            serial=serial,
            key=key,
            name="lijiang-frontdesk",
            site="Lijiang",
            tags=("front-desk",),
            issued=now() - HOUR,
        )
        return seal(made, self.customer.signer)

    def revocation(self) -> Envelope:
        made = Narrowing(
            organisation="lotus",
            author="customer",
            id="n1",
            serial=1,
            contract="",
            devices=("*",),
            effect="revoke-all",
            issued=now(),
            reason="We are closing.",
        )
        return seal(made, self.customer.revoker)

    async def sign_a_newer_contract(self) -> None:
        """The customer lifts its own revocation in the only way there is."""
        contract = replace(self.customer.contract, serial=3, title="Remote care, third edition")
        self.customer.contract = contract
        documents = {"newer": seal(contract, self.customer.signer).to_json()}
        await self.order("learn", documents=documents, serve=["newer"])
        await self.order("publish", name="newer")
