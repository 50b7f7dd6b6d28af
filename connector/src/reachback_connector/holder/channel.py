"""What every holder does: one channel's log, testimony and receipts, and who talks to its socket.

A kind adds the job: where its input goes, where its output comes from, how it ends.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Protocol

from reachback_connector import unix
from reachback_connector.holder.intake import Intake
from reachback_connector.holder.log import UnitLog
from reachback_connector.holder.peers import CH, Connection, Relay
from reachback_connector.holder.plan import HolderPlan
from reachback_connector.holder.receipts import ReceiptDesk
from reachback_connector.holder.testimony import Testimony
from reachback_connector.holder.watch import Watch
from reachback_connector.platform.port import Platform
from reachback_wire.frames import (
    Ack,
    Channels,
    Close,
    Credit,
    Ctrl,
    Frame,
    RemoteError,
    Resume,
    Seek,
    UnitFrame,
)

LEAF_DELAY: Final = 0.2
KEEP_AFTER_END: Final = 24 * 3600.0
_PEERS: Final = 4
ATTACH: Final = 50
"""CTRL kind from the helper: somebody else types from here on (see helper/channels.py)."""


class Job(Protocol):
    """What a kind adds to a channel; it is served in every round of the holder's loop."""

    @property
    def intake(self) -> Intake:
        """Where input waits."""
        ...

    @property
    def gone(self) -> bool:
        """Whether nothing of the job is left; a channel that was cut stays until then."""
        ...

    def wanted(self) -> dict[int, int]:
        """The job's descriptors to wait for, with poll's event bits."""
        ...

    def moment(self, now: float) -> float:
        """When, in monotonic seconds, the job wants a round although nothing happened."""
        ...

    def serve(self, ready: dict[int, int], now: float) -> None:
        """Move input to the job, and its output into the testimony."""
        ...

    def look_for_the_end(self, now: float) -> None:
        """Notice that the job has ended."""
        ...

    def hang_up(self) -> None:
        """The technician left: the job is asked to end."""
        ...

    def cut(self, *, killed: bool) -> None:
        """Authority ended the channel: give the last testimony; `killed` ends the job at once."""
        ...


class ChannelHolder:
    """One session channel from its first byte to the last acknowledgement.

    `make` begins the job, which testifies nothing before it is served for the first time.
    """

    def __init__(
        self,
        make: Callable[[ChannelHolder], Job],
        plan: HolderPlan,
        platform: Platform,
        log: UnitLog,
        listener: socket.socket,
    ) -> None:
        self.plan = plan
        self.platform = platform
        self.log = log
        self.testimony = Testimony(plan.key, log)
        self.was_cut = False
        self.ended_at: float | None = None
        self.child_news = True
        grant = str(plan.facts.get("grant", ""))
        self._desk = ReceiptDesk(plan.helper_socket, plan.key, self.testimony, grant)
        self._listener = listener
        self._peers: list[Connection] = []
        self._relay: Relay | None = None
        self._leaf_at: float | None = None
        # Code and sentence of CLOSE; whoever ends the channel says them.
        self.closing = ("ended", "The session has ended.")
        self._done = False
        self._watch = Watch()
        self._expires_at = _moment_of(plan.expires)
        self._job = make(self)
        self.testimony.start(plan.facts, clock())
        self._desk.note = _as_whom(plan)
        self._desk.want("start")

    def run(self) -> None:
        """Until the job has ended and everything was acknowledged, or nobody came for a day."""
        wake, notify = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(notify)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while not self._done:
            self._once(wake)

    def _once(self, wake: int) -> None:
        self._look_at(wake)
        ready = self._watch.wait(self._timeout())
        if wake in ready:
            os.read(wake, 512)
        self.child_news = wake in ready or not ready
        now = time.monotonic()
        self._serve_peers(ready)
        self._job.serve(ready, now)
        desk = self._desk.socket
        if desk is not None and desk.fileno() in ready:
            self._desk.read(now)
        self._progress(now)

    def _look_at(self, wake: int) -> None:
        """What to wait for now."""
        wanted = {wake: select.POLLIN, self._listener.fileno(): select.POLLIN}
        for peer in self._peers:
            wanted[peer.fileno()] = select.POLLIN | (select.POLLOUT if peer.queued else 0)
        if self._desk.socket is not None:
            wanted[self._desk.socket.fileno()] = select.POLLIN
        wanted.update(self._job.wanted())
        self._watch.only(wanted)

    @property
    def wants_output(self) -> bool:
        """Back-pressure while a relay is there, never while nobody is: the job must not block."""
        if self._relay is None or self.was_cut:
            return True
        return self.log.end < self._relay.credit and not self.log.memory_full

    @property
    def may_send(self) -> bool:
        """Whether somebody is there to take more: for a job whose source can wait."""
        return self._relay is not None and not self.was_cut and self.log.end < self._relay.credit

    def _timeout(self) -> float:
        now = time.monotonic()
        moments = [self._expires_at if not self.was_cut else now + 60.0, self._desk.deadline]
        moments.append(self._leaf_at)
        moments.append(self._job.moment(now))
        if self.ended_at is not None:
            moments.append(self.ended_at + KEEP_AFTER_END)
        else:
            moments.append(now + 10.0)
        return max(0.0, min(moment for moment in moments if moment is not None) - now)

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
        who = unix.peer_of(client)
        if len(self._peers) >= _PEERS or not unix.may_enter(who, self.plan.allowed):
            client.close()
            return
        client.settimeout(0.0)
        peer = Connection(client, helper=who.uid == os.geteuid())
        self._peers.append(peer)
        self.testimony.close_gap(clock())
        peer.send(Channels([self.state()]))

    def state(self) -> dict[str, Any]:
        """The channel as CHANNELS lists it."""
        return {
            "ch": CH,
            "key": self.plan.key,
            "kind": self.plan.kind,
            "next": self._job.intake.accepted,
            "credit": self._job.intake.credit,
            "end": self.log.end,
            "acked": self.log.acked,
            "grant": self._desk.grant,
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
            self._job.intake.disconnect()

    def _obey(self, peer: Connection, frame: Frame) -> None:
        if isinstance(frame, Close):
            self._end_by(frame.value)
        elif isinstance(frame, Ctrl) and frame.kind == ATTACH and peer.helper:
            peer.send(Ctrl(CH, ATTACH, json.dumps(self._attach(json.loads(frame.body))).encode()))
        elif isinstance(frame, Resume):
            for entry in frame.entries:
                self._resume(peer, entry.next, entry.credit)
        elif self._relay is not None and self._relay.connection is peer:
            self._stream(self._relay, frame)

    def _stream(self, relay: Relay, frame: Frame) -> None:
        """What only the relay may say."""
        if isinstance(frame, Ack):
            self.log.ack(frame.offset)
        elif isinstance(frame, Credit):
            relay.credit = max(relay.credit, frame.limit)
        elif isinstance(frame, Seek):
            self._job.intake.seek(frame.offset)
        elif isinstance(frame, UnitFrame) and not self.was_cut and self.ended_at is None:
            self._job.intake.receive(frame)

    def _resume(self, peer: Connection, offset: int, credit: int) -> None:
        if self._relay is None or self._relay.connection is not peer:
            if self._relay is not None:
                self._drop(self._relay.connection)
            self._relay = Relay(peer, self.log)
            self._job.intake.disconnect()
        self.testimony.close_gap(clock())
        self._relay.resume(offset, credit)

    def _attach(self, value: dict[str, Any]) -> dict[str, Any]:
        """The helper hands the channel over: testified before anybody types again."""
        if self.was_cut or self.ended_at is not None:
            return {}
        offset = self._job.intake.begin_again()
        facts = {**value["facts"], "input": offset}
        self.testimony.attached(facts, clock())
        self.plan = replace(self.plan, expires=int(value["expires"]), on_cut=str(value["on_cut"]))
        self._expires_at = _moment_of(self.plan.expires)
        self._desk.grant = str(facts["grant"])
        self._desk.want("progress")
        return {"input": offset}

    def _end_by(self, value: dict[str, Any]) -> None:
        """CLOSE: with `on_cut` the session is cut by authority, without it the person left."""
        code, sentence = str(value.get("code", "closed"))[:64], str(value.get("sentence", ""))[:500]
        if "on_cut" in value:
            self._cut_now(code, sentence)
        elif self.ended_at is None:
            self.closing = (code, sentence)
            self._job.hang_up()

    def _cut_now(self, code: str, sentence: str) -> None:
        """No input and no view from here on; `kill` also ends the job, `freeze` lets it run."""
        if self.was_cut or self.ended_at is not None:
            return
        self.was_cut = True
        self.closing = (code, sentence)
        self._desk.note = f"cut: {code}"
        self._job.cut(killed=self.plan.on_cut == "kill")

    def finished(self) -> None:
        """The last testimony was given: sign the end."""
        self._leaf_at = None
        self.ended_at = time.monotonic()
        self._desk.want("end")

    def leaf_due(self, now: float) -> None:
        """Output has entered the testimony: a leaf follows soon."""
        if self._leaf_at is None and self.testimony.under_no_leaf:
            self._leaf_at = now + LEAF_DELAY

    def _progress(self, now: float) -> None:
        if self._leaf_at is not None and now >= self._leaf_at:
            self.testimony.output_leaf(clock())
            self._leaf_at = None
        if now >= self._expires_at or clock() >= self.plan.expires:
            self._cut_now("grant-expired", "The grant has run out.")
        self._job.look_for_the_end(now)
        self._desk.due(now)
        self._desk.tick(now, clock())
        self._talk()
        self._leave_when_over(now)

    def _talk(self) -> None:
        relay = self._relay
        if relay is not None:
            if self._job.intake.moved:
                relay.accepted(self._job.intake.accepted, self._job.intake.credit)
                self._job.intake.moved = False
            relay.pump()
            if self.ended_at is not None and self._desk.complete:
                relay.close(*self.closing)
        for peer in list(self._peers):
            if not peer.flush():
                self._hear(peer)  # it may have said CLOSE and left before it was greeted
                self._drop(peer)

    @property
    def told(self) -> bool:
        """Everything up to the last receipt is safe at the front."""
        return self._desk.complete and self.log.acked == self.log.end

    def _leave_when_over(self, now: float) -> None:
        if self.ended_at is None:
            return
        told = self.told and (self._relay is None or not self._relay.connection.queued)
        forgotten = now - self.ended_at >= KEEP_AFTER_END
        if (told or forgotten) and (not self.was_cut or self._job.gone):
            self._done = True
            self.log.remove()
            self.plan.socket.unlink(missing_ok=True)


def _moment_of(instant: int) -> float:
    """When, in monotonic seconds, an instant (ms since 1970) comes."""
    return time.monotonic() + max(0.0, (instant - clock()) / 1000)


def clock() -> int:
    """The process edge's clock, ms since 1970."""
    return time.time_ns() // 1_000_000


def _as_whom(plan: HolderPlan) -> str:
    """The receipts of a shell or script say in words as whom it runs."""
    user = str(plan.facts.get("run_as", ""))
    return f"as {user[:64]}" if user and plan.kind in {"shell", "exec"} else ""
