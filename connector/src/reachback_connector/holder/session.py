"""The holder's loop: a terminal on one side, a Unix socket on the other, testimony in between."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from typing import Any, Final

from reachback_connector import unix
from reachback_connector.holder.keyboard import Keyboard
from reachback_connector.holder.log import UnitLog
from reachback_connector.holder.peers import CH, Connection, Relay
from reachback_connector.holder.plan import HolderPlan
from reachback_connector.holder.receipts import ReceiptDesk
from reachback_connector.holder.testimony import LEAF_BYTES, Testimony
from reachback_connector.holder.watch import Watch
from reachback_connector.platform.port import ExitState, Platform, Shell, ShellRequest
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
_IDLE_LOOK: Final = 2.0
_ECHO_WAIT: Final = 1.0  # ms; a line editor answers within 0.1 ms
_PEERS: Final = 4
_LAST_READS: Final = 64  # 4 MiB: more than a terminal buffers, less than a runaway child prints


class Holder:
    """One shell session from its first byte to the last acknowledgement."""

    def __init__(
        self,
        request: ShellRequest,
        plan: HolderPlan,
        platform: Platform,
        log: UnitLog,
        listener: socket.socket,
    ) -> None:
        self.plan = plan
        self._platform = platform
        self._log = log
        self._testimony = Testimony(plan.key, log)
        self._desk = ReceiptDesk(plan.helper_socket, plan.key, self._testimony)
        self._listener = listener
        self._peers: list[Connection] = []
        self._relay: Relay | None = None
        self._leaf_at: float | None = None
        self._ended_at: float | None = None
        self._closing = ("ended", "The session has ended.")
        self._cut = False
        self._hung_up = False
        self._done = False
        self._terminal_open = True
        self._child_news = True
        self._watch = Watch()
        self._echo = select.poll()
        remaining = (plan.expires - _clock()) / 1000
        self._expires_at = time.monotonic() + max(0.0, remaining)
        self._shell: Shell = platform.start_shell(request)
        self._keyboard = Keyboard(self._shell, platform, self._testimony)
        self._testimony.start(plan.facts, _clock())
        self._desk.want("start")
        if plan.first:
            self._keyboard.first(plan.first)

    def run(self) -> None:
        """Until the shell has ended and everything was acknowledged, or nobody came for a day."""
        wake, notify = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(notify)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._echo.register(self._shell.terminal, select.POLLIN)
        while not self._done:
            self._once(wake)

    def _once(self, wake: int) -> None:
        self._look_at(wake)
        ready = self._watch.wait(self._timeout())
        if wake in ready:
            os.read(wake, 512)
        self._child_news = wake in ready or not ready
        now = time.monotonic()
        self._serve_peers(ready)
        self._serve_terminal(ready, now)
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
        if self._terminal_open:
            events = (select.POLLIN if self._wants_output else 0) | (
                select.POLLOUT if self._keyboard.blocked else 0
            )
            if events:
                wanted[self._shell.terminal] = events
        self._watch.only(wanted)

    @property
    def _wants_output(self) -> bool:
        """Back-pressure while a relay is there, never while nobody is: the job must not block."""
        if self._relay is None or self._cut:
            return True
        return self._log.end < self._relay.credit and not self._log.memory_full

    def _timeout(self) -> float:
        now = time.monotonic()
        moments = [self._expires_at if not self._cut else now + 60.0, self._desk.deadline]
        moments.append(self._leaf_at)
        if self._cut and self._terminal_open:
            moments.append(now + _IDLE_LOOK)
        if self._ended_at is not None:
            moments.append(self._ended_at + KEEP_AFTER_END)
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
        if len(self._peers) >= _PEERS or not unix.may_enter(
            unix.peer_of(client), self.plan.allowed
        ):
            client.close()
            return
        client.settimeout(0.0)
        peer = Connection(client)
        self._peers.append(peer)
        self._testimony.close_gap(_clock())
        peer.send(Channels([self.state()]))

    def state(self) -> dict[str, Any]:
        """The channel as CHANNELS lists it."""
        return {
            "ch": CH,
            "key": self.plan.key,
            "kind": self.plan.kind,
            "next": self._keyboard.accepted,
            "credit": self._keyboard.credit,
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
            self._keyboard.disconnect()

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
            self._keyboard.seek(frame.offset)
        elif isinstance(frame, UnitFrame) and not self._cut and self._ended_at is None:
            self._keyboard.receive(frame)

    def _resume(self, peer: Connection, offset: int, credit: int) -> None:
        if self._relay is None or self._relay.connection is not peer:
            if self._relay is not None:
                self._drop(self._relay.connection)
            self._relay = Relay(peer, self._log)
            self._keyboard.disconnect()
        self._testimony.close_gap(_clock())
        self._relay.resume(offset, credit)

    def _end_by(self, value: dict[str, Any]) -> None:
        """CLOSE: with `on_cut` the session is cut by authority, without it the person left."""
        code, sentence = str(value.get("code", "closed"))[:64], str(value.get("sentence", ""))[:500]
        if "on_cut" in value:
            self._cut_now(code, sentence)
        elif self._ended_at is None:
            self._closing = (code, sentence)
            self._hang_up()

    def _hang_up(self) -> None:
        self._hung_up = True
        self._platform.signal_job(self._shell, "HUP")

    def _cut_now(self, code: str, sentence: str) -> None:
        """No input and no view from here on; `kill` also ends the job, `freeze` lets it run."""
        if self._cut or self._ended_at is not None:
            return
        self._cut = True
        self._closing = (code, sentence)
        self._desk.note = f"cut: {code}"
        killed = self.plan.on_cut == "kill"
        self._finish(ExitState(None, "KILL" if killed else None))
        if killed:
            self._platform.signal_job(self._shell, "KILL")

    def _finish(self, state: ExitState) -> None:
        self._testimony.exit(state.status, state.signal, _clock())
        self._leaf_at = None
        self._ended_at = time.monotonic()
        self._desk.want("end")

    def _serve_terminal(self, ready: dict[int, int], now: float) -> None:
        mask = ready.get(self._shell.terminal, 0) if self._terminal_open else 0
        if mask & ~select.POLLOUT:
            self._read_terminal(now)
        self._keyboard.press(_clock())
        if self._keyboard.moved and self._terminal_open and self._echo_comes():
            self._read_terminal(now)

    def _echo_comes(self) -> bool:
        """Give the echo a moment: in one message with its testimony it costs every hop half."""
        return self._wants_output and bool(self._echo.poll(_ECHO_WAIT))

    def _read_terminal(self, now: float) -> None:
        """Everything the terminal holds, up to a leaf's worth; one read gives 4 KiB at most."""
        room = LEAF_BYTES - self._testimony.under_no_leaf or LEAF_BYTES
        parts: list[bytes] = []
        while room > 0:
            try:
                data = os.read(self._shell.terminal, room)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self._terminal_open = False
                break
            parts.append(data)
            room -= len(data)
        if parts and not self._cut:
            self._testimony.output(b"".join(parts), _clock())
            if self._leaf_at is None and self._testimony.under_no_leaf:
                self._leaf_at = now + LEAF_DELAY

    def _progress(self, now: float) -> None:
        if self._leaf_at is not None and now >= self._leaf_at:
            self._testimony.output_leaf(_clock())
            self._leaf_at = None
        if now >= self._expires_at or _clock() >= self.plan.expires:
            self._cut_now("grant-expired", "The grant has run out.")
        self._look_for_the_end(now)
        self._desk.due(now)
        self._desk.tick(now, _clock())
        self._talk()
        self._leave_when_over(now)

    def _look_for_the_end(self, now: float) -> None:
        if self._cut:
            self._let_go()
            return
        if self._ended_at is not None:
            return
        state = self._platform.reap(self._shell) if self._child_news else None
        if state is None:
            return
        for _ in range(_LAST_READS):
            if self._terminal_open and self._wants_last_output():
                self._read_terminal(now)
        self._terminal_open = False
        os.close(self._shell.terminal)
        self._finish(state)

    def _wants_last_output(self) -> bool:
        return bool(self._echo.poll(0))

    def _let_go(self) -> None:
        """After a cut: once no job runs in the foreground, the idle shell is hung up."""
        if self._terminal_open and not self._hung_up:
            try:
                idle = os.tcgetpgrp(self._shell.terminal) == self._shell.pid
            except OSError:
                idle = True
            if idle:
                self._hang_up()
        if self._platform.reap(self._shell) is not None:
            self._terminal_open = False

    def _talk(self) -> None:
        relay = self._relay
        if relay is not None:
            if self._keyboard.moved:
                relay.accepted(self._keyboard.accepted, self._keyboard.credit)
                self._keyboard.moved = False
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
        forgotten = now - self._ended_at >= KEEP_AFTER_END
        if (told or forgotten) and (not self._cut or not self._terminal_open):
            self._done = True
            self._log.remove()
            self.plan.socket.unlink(missing_ok=True)


def _clock() -> int:
    """The process edge's clock, ms since 1970."""
    return time.time_ns() // 1_000_000
