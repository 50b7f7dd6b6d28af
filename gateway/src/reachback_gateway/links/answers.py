"""What the web process may ask about links and sessions (docs/protocols/front.md)."""

import asyncio

from reachback_gateway.clock import wall_ms
from reachback_gateway.control import Control, ControlError
from reachback_gateway.links.channel import Channel
from reachback_gateway.links.device import CUT, DOCUMENT, DeviceLeg
from reachback_gateway.links.documents import update
from reachback_gateway.links.links import Links
from reachback_gateway.links.seating import Seating
from reachback_gateway.links.session import Session, split_key
from reachback_gateway.links.waiting import NO_DEVICE
from reachback_gateway.ports import Json
from reachback_wire.documents import Envelope, Open
from reachback_wire.frames import Open as OpenFrame
from reachback_wire.refusals import Refusal

_PATIENCE = 10.0


class Answers:
    """Routes of the control socket that concern links."""

    def __init__(self, links: Links, seating: Seating, control: Control, *, demo: bool) -> None:
        self._links = links
        self._seating = seating
        self._demo = demo
        control.post("/devices/{id}/nonce", self._nonce)
        control.post("/devices/{id}/documents", self._documents)
        control.post("/devices/{id}/cut", self._cut_device)
        control.post("/sessions/{id}/cut", self._cut_session)
        control.post("/devices/{id}/inject", self._inject)

    def _linked(self, identity: str) -> DeviceLeg:
        device = self._links.device(identity)
        if device is None:
            raise ControlError("device-offline", NO_DEVICE)
        return device

    async def _nonce(self, question: Json, identity: str) -> Json:
        device = self._linked(identity)
        if device.leaving:  # nobody begins a session with who is on the way out
            raise ControlError("device-offline", NO_DEVICE)
        nonce = device.take_nonce(wall_ms())
        if nonce is None:
            raise ControlError("no-nonce", "The device has issued no further link nonce yet.")
        self._seating.announce(question.get("announce"))
        rtt = device.leg.link.stats.rtt
        known = {"node": self._links.node, "generation": device.admission.generation}
        return {"nonce": nonce, **known, "rtt_ms": round((rtt or 0.0) * 1000)}

    async def _documents(self, question: Json, identity: str) -> Json:
        documents = question.get("documents")
        if not isinstance(documents, list):
            raise ControlError("malformed", "documents is a list.")
        self._update_seats(identity, documents)
        device = self._linked(identity)
        for document in documents:
            device.tell(DOCUMENT, document)
        return {"sent": True}

    def _update_seats(self, identity: str, documents: list[Json]) -> None:
        """What is decided here from now on knows the new narrowings and contract, too."""
        self._seating.update(identity, documents)
        for session in self._links.sessions.values():
            if session.device != identity:
                continue
            for seat in session.seats.values():
                for document in documents:
                    update(seat.redeemed, document)

    async def _cut_device(self, question: Json, identity: str) -> Json:
        code, sentence = _reason(question)
        device = self._links.device(identity)
        if device is not None:
            value = {"channel": "*", "code": code, "sentence": sentence}
            device.tell(CUT, {"id": f"cut-{wall_ms()}", **value})
        sessions = [one for one in self._links.sessions.values() if one.device == identity]
        self._over(sessions, code, sentence)
        channels = [channel for one in sessions for channel in one.channels.values()]
        return self._cut(channels, code, sentence)

    async def _cut_session(self, question: Json, identity: str) -> Json:
        code, sentence = _reason(question)
        session = self._links.session(identity) if identity.replace("-", "").isalnum() else None
        channels = list(session.channels.values()) if session else []
        self._seating.forget(identity)
        if session is not None:
            session.ended = sentence
            self._links.save(session)
        self._over([session] if session else [], code, sentence)
        return self._cut(channels, code, sentence)

    def _over(self, sessions: list[Session], code: str, sentence: str) -> None:
        """Nobody is waited for, and their origins serve nothing any more."""
        for session in sessions:
            session.cut = True
            if self._links.lending is not None:
                self._links.lending.over(session, code, sentence)

    def _cut(self, channels: list[Channel], code: str, sentence: str) -> Json:
        for channel in channels:
            self._links.cut(channel, code, sentence)
        return {"cut": len(channels)}

    async def _inject(self, question: Json, identity: str) -> Json:
        """Send an OPEN without the front's own decision, to show that the device refuses."""
        if not self._demo:
            raise ControlError("not-in-demo", "Only a demo can act as a dishonest server.")
        device = self._linked(identity)
        value = {"grant": question.get("grant"), "open": question.get("open")}
        if question.get("replay"):
            if device.last_open is None:
                raise ControlError("nothing-to-replay", "No session was opened on this link yet.")
            value = device.last_open
        try:
            wish = Open.parse(Envelope.from_json(value["open"]).body)
            split_key(wish.channel)
        except Refusal as problem:
            raise ControlError(problem.code, problem.sentence) from problem
        ch = device.next_channel()
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._links.waiting_answers[device.id, ch] = answer
        device.leg.send(OpenFrame(ch, value))
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await answer
        except TimeoutError as problem:
            raise ControlError("link-lost", "The device did not answer in time.") from problem
        finally:
            self._links.waiting_answers.pop((device.id, ch), None)
        if found["answer"] == "opened":
            value = {"channel": wish.channel, "code": "not-recorded"}
            device.tell(CUT, {"id": f"cut-{wall_ms()}", **value, "sentence": "Demonstration."})
        return found


def _reason(question: Json) -> tuple[str, str]:
    code = str(question.get("code", "cut"))[:80]
    return code, str(question.get("sentence", "The session was ended."))[:500]
