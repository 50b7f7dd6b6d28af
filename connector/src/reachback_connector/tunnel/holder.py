"""A tunnel's holder: a TCP connection on one side, a Unix socket on the other, testimony between.

The connection to the target lives here and not in the control process, so it outlives lost links
and restarts, as a shell does. Nobody reads: the target is not read either (no spool), and what the
target does not take is not accepted from the technician.
"""

from __future__ import annotations

import select
import socket
import time
from typing import Any, Final

from reachback_connector import unix
from reachback_connector.errors import NetworkError
from reachback_connector.holder.log import UnitLog
from reachback_connector.holder.peers import CH, Connection, Relay
from reachback_connector.holder.plan import HolderPlan
from reachback_connector.holder.receipts import ReceiptDesk
from reachback_connector.holder.testimony import Testimony
from reachback_connector.holder.watch import Watch
from reachback_connector.platform.port import Platform
from reachback_connector.tunnel.arriving import Arriving
from reachback_connector.tunnel.connection import TargetConnection
from reachback_connector.tunnel.target import Resolve, Target
from reachback_connector.tunnel.towards import Towards
from reachback_wire.frames import (
    Ack,
    Channels,
    Close,
    Credit,
    Frame,
    RemoteError,
    Resume,
    Seek,
    UnitFrame,
)

LEAF_DELAY: Final = 0.2
KEEP_AFTER_END: Final = 24 * 3600.0
_PEERS: Final = 4


class TunnelHolder:
    """One TCP connection from its dialling to the last acknowledgement."""

    def __init__(
        self,
        target: Target,
        resolve: Resolve,
        plan: HolderPlan,
        _platform: Platform,
        log: UnitLog,
        listener: socket.socket,
    ) -> None:
        self.plan = plan
        self._log = log
        self._listener = listener
        self._testimony = Testimony(plan.key, log)
        self._desk = ReceiptDesk(plan.helper_socket, plan.key, self._testimony)
        self._target = TargetConnection(target, resolve)
        keeps = plan.recording == "required"
        self._towards = Towards(self._testimony, plan.first, keeps_content=keeps)
        self._arriving = Arriving(self._testimony)
        self._peers: list[Connection] = []
        self._relay: Relay | None = None
        self._watch = Watch()
        self._leaf_at: float | None = None
        self._ended_at: float | None = None
        self._closing = ("ended", "The connection has ended.")
        self._done = False
        remaining = (plan.expires - _clock()) / 1000
        self._expires_at = time.monotonic() + max(0.0, remaining)
        self._testimony.start(plan.facts, _clock())
        self._desk.want("start")

    def run(self) -> None:
        """Until the connection has ended and everything was acknowledged, or a day later."""
        while not self._done:
            self._once()

    def _once(self) -> None:
        self._look_at()
        ready = self._watch.wait(self._timeout())
        now = time.monotonic()
        self._serve_peers(ready)
        if self._ended_at is None:
            self._serve_target(ready, now)
        desk = self._desk.socket
        if desk is not None and desk.fileno() in ready:
            self._desk.read(now)
        self._progress(now)

    def _look_at(self) -> None:
        """What to wait for now."""
        wanted = {self._listener.fileno(): select.POLLIN}
        for peer in self._peers:
            wanted[peer.fileno()] = select.POLLIN | (select.POLLOUT if peer.queued else 0)
        if self._desk.socket is not None:
            wanted[self._desk.socket.fileno()] = select.POLLIN
        descriptor = self._target.descriptor
        if descriptor >= 0 and self._ended_at is None:
            events = self._target.events(
                wants_output=self._wants_output, wants_input=self._towards.pending
            )
            if events:
                wanted[descriptor] = events
        self._watch.only(wanted)

    @property
    def _wants_output(self) -> bool:
        """A ring's worth is read ahead; beyond it the target waits for whoever reads."""
        if self._log.memory_full:
            return False
        return self._relay is None or self._log.end < self._relay.credit

    def _timeout(self) -> float:
        now = time.monotonic()
        moments = [now + 10.0, self._desk.deadline, self._leaf_at, self._target.deadline]
        if self._ended_at is None:
            moments.append(self._expires_at)
        else:
            moments.append(self._ended_at + KEEP_AFTER_END)
        return max(0.0, min(moment for moment in moments if moment is not None) - now)

    # The target

    def _serve_target(self, ready: dict[int, int], now: float) -> None:
        mask = ready.get(self._target.descriptor, 0)
        try:
            if not self._target.connected:
                self._target.dialling(now, news=bool(mask))
                mask = 0
            if self._target.connected:
                self._join(now, heard=bool(mask & ~select.POLLOUT))
        except NetworkError as error:
            self._finish(error.code, error.sentence)
        except OSError as error:
            reason = error.strerror or "it was reset"
            self._finish("reset", f"The target's connection broke: {reason}.")

    def _join(self, now: float, *, heard: bool) -> None:
        clock = _clock()
        if self._target.socket is not None and not self._log.memory_full:
            self._towards.hand_on(self._target.socket, clock)
        if self._towards.finished:
            self._target.say_eof()
        if heard:
            self._arriving.take(self._target.read(), clock)
        if self._leaf_at is None and (self._testimony.under_no_leaf or self._towards.untold):
            self._leaf_at = now + LEAF_DELAY
        if self._target.over:
            self._finish("ended", "The connection has ended.")

    def _finish(self, how: str, sentence: str, *, hard: bool = False) -> None:
        """The channel's last testimony: how it ended, and what passed each way."""
        if self._ended_at is not None:
            return
        clock = _clock()
        self._target.close(hard=hard)
        self._towards.drop()
        self._towards.tell(clock)
        self._closing = (how, sentence)
        self._testimony.tunnel_exit(self._account(how, sentence), clock)
        self._leaf_at = None
        self._ended_at = time.monotonic()
        self._desk.want("end")

    def _account(self, how: str, sentence: str) -> dict[str, Any]:
        to, came = self._towards, self._arriving
        return {
            "status": None,
            "signal": None,
            "how": how,
            "sentence": sentence,
            "target": str(self.plan.facts["parameters"]["target"]),
            "address": self._target.address,
            "to_target": {"bytes": to.bytes, "sha256": to.sha256},
            "from_target": {"bytes": came.bytes, "sha256": came.sha256},
        }

    # Whoever carries the channel

    def _serve_peers(self, ready: dict[int, int]) -> None:
        if self._listener.fileno() in ready:
            self._accept()
        for peer in list(self._peers):
            if ready.get(peer.fileno(), 0) & ~select.POLLOUT:
                self._hear(peer)

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        known = unix.may_enter(unix.peer_of(client), self.plan.allowed)
        if len(self._peers) >= _PEERS or not known:
            client.close()
            return
        client.settimeout(0.0)
        peer = Connection(client)
        self._peers.append(peer)
        peer.send(Channels([self.state()]))

    def state(self) -> dict[str, Any]:
        """The channel as CHANNELS lists it."""
        return {
            "ch": CH,
            "key": self.plan.key,
            "kind": self.plan.kind,
            "next": self._towards.accepted,
            "credit": self._towards.credit,
            "end": self._log.end,
            "acked": self._log.acked,
        }

    def _hear(self, peer: Connection) -> None:
        try:
            frames = peer.receive()
            for frame in frames or ():
                self._obey(peer, frame)
        except RemoteError:
            frames = None
        if frames is None:
            self._drop(peer)

    def _drop(self, peer: Connection) -> None:
        if peer in self._peers:
            peer.close()
            self._peers.remove(peer)
        if self._relay is not None and self._relay.connection is peer:
            self._relay = None
            self._towards.disconnect()

    def _obey(self, peer: Connection, frame: Frame) -> None:
        if isinstance(frame, Close):
            self._end_by(frame.value)
        elif isinstance(frame, Resume):
            for entry in frame.entries:
                self._resume(peer, entry.next, entry.credit)
        elif self._relay is not None and self._relay.connection is peer:
            self._stream(self._relay, frame)

    def _stream(self, relay: Relay, frame: Frame) -> None:
        """What only the relay may say."""
        if isinstance(frame, Ack):
            self._log.ack(frame.offset)
        elif isinstance(frame, Credit):
            relay.credit = max(relay.credit, frame.limit)
        elif isinstance(frame, Seek):
            self._towards.seek(frame.offset)
        elif isinstance(frame, UnitFrame) and self._ended_at is None:
            self._towards.receive(frame)

    def _resume(self, peer: Connection, offset: int, credit: int) -> None:
        if self._relay is None or self._relay.connection is not peer:
            if self._relay is not None:
                self._drop(self._relay.connection)
            self._relay = Relay(peer, self._log)
            self._towards.disconnect()
        self._relay.resume(offset, credit)

    def _end_by(self, value: dict[str, Any]) -> None:
        """CLOSE: by authority (`on_cut`) or by the technician. No job runs on in a tunnel."""
        code, sentence = str(value.get("code", "closed"))[:64], str(value.get("sentence", ""))[:500]
        if "on_cut" in value and self._ended_at is None:
            self._desk.note = f"cut: {code}"
        self._finish(code, sentence, hard=True)

    # Time

    def _progress(self, now: float) -> None:
        clock = _clock()
        if self._leaf_at is not None and now >= self._leaf_at:
            self._towards.tell(clock)
            self._testimony.output_leaf(clock)
            self._leaf_at = None
        if now >= self._expires_at or clock >= self.plan.expires:
            self._finish("grant-expired", "The grant has run out.", hard=True)
        self._desk.due(now)
        self._desk.tick(now, clock)
        self._talk()
        self._leave_when_over(now)

    def _talk(self) -> None:
        relay = self._relay
        if relay is not None:
            if self._towards.moved:
                relay.accepted(self._towards.accepted, self._towards.credit)
                self._towards.moved = False
            relay.pump()
            if self._ended_at is not None and self._desk.complete:
                relay.close(*self._closing)
        for peer in list(self._peers):
            if not peer.flush():
                self._hear(peer)  # it may have said CLOSE and left before it was greeted
                self._drop(peer)

    def _leave_when_over(self, now: float) -> None:
        if self._ended_at is None:
            return
        told = self._desk.complete and self._log.acked == self._log.end
        told = told and (self._relay is None or not self._relay.connection.queued)
        if told or now - self._ended_at >= KEEP_AFTER_END:
            self._done = True
            self._log.remove()
            self.plan.socket.unlink(missing_ok=True)


def _clock() -> int:
    """The process edge's clock, ms since 1970."""
    return time.time_ns() // 1_000_000
