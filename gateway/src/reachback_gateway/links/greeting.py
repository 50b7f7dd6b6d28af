"""CHALLENGE and HELLO: a peer proves its key over a nonce of this connection."""

import asyncio
import base64
import json
import secrets

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.links.leg import Leg
from reachback_gateway.ports import Json
from reachback_wire import signing
from reachback_wire.documents import Hello
from reachback_wire.frames import Challenge
from reachback_wire.frames import Hello as HelloFrame
from reachback_wire.link import Event, FrameReceived
from reachback_wire.refusals import Refusal

VERSIONS = [1, 1]


def challenge(leg: Leg, node: str) -> str:
    """Send CHALLENGE; returns its nonce."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    value: Json = {"versions": VERSIONS, "node": node, "nonce": nonce}
    leg.send(Challenge(value | {"time": wall_ms(), "features": []}))
    return nonce


async def hello(leg: Leg, patience: float) -> tuple[Json, list[Event]]:
    """Wait for HELLO; returns its envelope and the events that came with it."""
    try:
        async with asyncio.timeout(patience):
            while (events := await leg.next_events()) is not None:
                for place, event in enumerate(events):
                    if isinstance(event, FrameReceived):
                        if not isinstance(event.frame, HelloFrame):
                            raise LinkRefusedError("hello-first", "HELLO comes before all else.")
                        return event.frame.value, events[place + 1 :]
    except TimeoutError as problem:
        raise LinkRefusedError("hello-late", "HELLO did not come in time.") from problem
    raise LinkRefusedError("closed", "The connection ended before HELLO.")


def verify(envelope: Json, *, role: str, nonce: str, node: str) -> Hello:
    """Check signature, nonce, role and node of a HELLO; raises LinkRefusedError."""
    body, signature = envelope.get("body"), envelope.get("signature")
    if not isinstance(body, str) or not isinstance(signature, str):
        raise LinkRefusedError("malformed", "HELLO holds a body and a signature.")
    try:
        found = Hello.parse(body)
        signing.verify(signature, Hello.TYPE, body.encode(), {found.key})
    except (Refusal, json.JSONDecodeError) as problem:
        code = problem.code if isinstance(problem, Refusal) else "malformed"
        raise LinkRefusedError(code, str(problem)) from problem
    if found.role != role:
        raise LinkRefusedError("wrong-role", f"This address is for a {role}.")
    if found.nonce != nonce:
        raise LinkRefusedError("wrong-nonce", "HELLO answers another CHALLENGE.")
    if found.node not in {"", node}:
        raise LinkRefusedError("wrong-node", "HELLO is for another node.")
    return found
