"""A technician with a browser, without the browser: signs in, presses Connect, works in the shell.

The same requests, documents and frames as browser/src, from a process of its own.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from gateway.tests.peers import Browser
from journeys.demo import Demo
from typing_extensions import override

from reachback_wire.documents import Envelope, Open, seal
from reachback_wire.link import UnitReceived
from reachback_wire.signing import PrivateKey
from reachback_wire.units import DataUnit

CASE_SECONDS = 90
BUTTON = re.compile(r'data-connect="([^"]+)"[^>]*? data-case="([^"]+)"[^>]*? data-run-as="([^"]+)"')


class Visitor:
    """A person of the demo on the host of that person, with cookies."""

    def __init__(self, demo: Demo, who: str) -> None:
        self.demo = demo
        self.host = f"{who}.localhost:{demo.port}"
        self.address = f"http://127.0.0.1:{demo.port}"
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Host": self.host}
        )

    async def enter(self) -> None:
        """Sign in with the demo's one click."""
        await self.page("/demo/enter/")

    async def page(self, path: str) -> str:
        """Fetch a page, following redirects."""
        async with self.http.get(self.address + path) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post JSON as the page's script does."""
        token = {each.key: each.value for each in self.http.cookie_jar}.get("reachback_csrf", "")
        headers = {"X-CSRFToken": token, "Origin": f"http://{self.host}"}
        async with self.http.post(self.address + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise ConnectionError(f"{path}: {answer.status} {(await answer.text())[:400]}")
            value: dict[str, Any] = await answer.json()
            return value

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()


@dataclass(frozen=True)
class Button:
    """The Connect button of a case: where to post, and for what."""

    path: str
    case: str
    run_as: str


class Technician(Visitor):
    """Tomás at his browser."""

    button: Button

    def __init__(self, demo: Demo) -> None:
        super().__init__(demo, "tech")

    async def find_button(self) -> None:
        """Break the hotel, wait for its case, mend the hotel again: the case stays open."""
        self.demo.say("break")
        until = time.monotonic() + CASE_SECONDS
        while time.monotonic() < until:
            found = await self._button()
            if found is not None:
                self.button = found
                self.demo.say("repair")
                return
            await asyncio.sleep(0.5)
        raise TimeoutError("No case with a Connect button appeared.")

    async def _button(self) -> Button | None:
        """Return the newest case's button."""
        queue = await self.page("/queue/")
        numbers = sorted({int(n) for n in re.findall(r"/cases/(\d+)/", queue)}, reverse=True)
        for number in numbers[:5]:
            match = BUTTON.search(await self.page(f"/cases/{number}/"))
            if match:
                return Button(*match.groups())
        return None

    async def connect(self, port: int = 0) -> "Shell":
        """Press Connect; return when the device has opened the shell. `port`: another way in."""
        key = PrivateKey.generate()
        granted = await self.granted(key, "shell.user")
        shell = Shell(self, key, granted, port or self.demo.port)
        await shell.begin()
        return shell

    async def granted(self, key: PrivateKey, capability: str) -> dict[str, Any]:
        """What the page gets for a click: session, ticket, grant and the channel to open."""
        asked = {
            "session_key": key.public_line,
            "case": self.button.case,
            "run_as": self.button.run_as,
            "capability": capability,
        }
        return await self.post(self.button.path, asked)


class Shell(Browser):
    """A session's link from this process."""

    def __init__(
        self, technician: Technician, key: PrivateKey, granted: dict[str, Any], port: int
    ) -> None:
        super().__init__(port, key, granted["session"], granted["ticket"])
        self.technician = technician
        self.granted_by_web = granted
        self.host_header = technician.host
        self.origin = f"http://{technician.host}"

    async def begin(self) -> None:
        """Open the shell in one round trip, as the page does; ConnectionError when refused."""
        grant, plan = self.granted_by_web["grant"], self.granted_by_web["channel"]
        identity = json.loads(grant["body"])["id"]
        wish = Open(identity, plan["key"], plan["kind"], self.wanted() | plan["parameters"], 1)
        signed: Envelope = seal(wish, self.key)
        await self.arrive({"grant": grant, "open": signed.to_json()}, plan["key"])
        if self.refused:
            raise ConnectionError(str(self.refused))

    def wanted(self) -> dict[str, Any]:
        """The parameters that are this end's to choose."""
        return {"columns": 80, "rows": 24, "term": "xterm-256color"}

    @override
    def event(self, event: object) -> None:
        """Receive as the page's script does: no ACK for output, credit when half is used."""
        if isinstance(event, UnitReceived):
            if isinstance(event.unit, DataUnit):
                self.received += event.unit.data
                self.arrived.set()
            if self.screen.next + self.window // 2 >= self.granted and self.link is not None:
                self.granted = self.screen.next + self.window
                self.link.grant_credit(event.ch, self.granted)
        else:
            super().event(event)

    async def end(self) -> None:
        """End the session as its technician does."""
        await self.close()
        session = self.granted_by_web["session"]
        await self.technician.post(f"/sessions/{session}/end", {})
