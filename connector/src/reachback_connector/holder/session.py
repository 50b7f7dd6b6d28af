"""A shell as a holder's job: a terminal on one side, the channel's testimony on the other."""

from __future__ import annotations

import os
import select
from typing import Final

from reachback_connector.holder.channel import ChannelHolder, clock
from reachback_connector.holder.keyboard import Keyboard
from reachback_connector.holder.testimony import LEAF_BYTES
from reachback_connector.platform.port import ExitState, Shell, ShellRequest

_IDLE_LOOK: Final = 2.0
_ECHO_WAIT: Final = 1.0  # ms; a line editor answers within 0.1 ms
_LAST_READS: Final = 64  # 4 MiB: more than a terminal buffers, less than a runaway child prints


class ShellJob:
    """One shell on its terminal."""

    def __init__(self, request: ShellRequest, holder: ChannelHolder) -> None:
        self._holder = holder
        self._platform = holder.platform
        self._testimony = holder.testimony
        self._hung_up = False
        self._terminal_open = True
        self._shell: Shell = holder.platform.start_shell(request)
        self._echo = select.poll()
        self._echo.register(self._shell.terminal, select.POLLIN)
        self._keyboard = Keyboard(self._shell, holder.platform, holder.testimony)
        if holder.plan.first:
            self._keyboard.first(holder.plan.first)

    @property
    def intake(self) -> Keyboard:
        return self._keyboard

    @property
    def gone(self) -> bool:
        return not self._terminal_open

    def wanted(self) -> dict[int, int]:
        if not self._terminal_open:
            return {}
        events = (select.POLLIN if self._holder.wants_output else 0) | (
            select.POLLOUT if self._keyboard.blocked else 0
        )
        return {self._shell.terminal: events} if events else {}

    def moment(self, now: float) -> float:
        """After a cut the terminal is looked at now and then: its last job may have ended."""
        return now + (_IDLE_LOOK if self._holder.was_cut and self._terminal_open else 60.0)

    def hang_up(self) -> None:
        self._hung_up = True
        self._platform.signal_job(self._shell, "HUP")

    def cut(self, *, killed: bool) -> None:
        code = self._holder.closing[0]
        reason = code if code == "rebooting" else None
        self._finish(ExitState(None, "KILL" if killed else None), reason)
        if killed:
            self._platform.signal_job(self._shell, "KILL")

    def _finish(self, state: ExitState, reason: str | None = None) -> None:
        self._testimony.exit(state.status, state.signal, clock(), reason=reason)
        self._holder.finished()

    def serve(self, ready: dict[int, int], now: float) -> None:
        mask = ready.get(self._shell.terminal, 0) if self._terminal_open else 0
        if mask & ~select.POLLOUT:
            self._read_terminal(now)
        self._keyboard.press(clock())
        if self._keyboard.moved and self._terminal_open and self._echo_comes():
            self._read_terminal(now)

    def _echo_comes(self) -> bool:
        """Give the echo a moment: in one message with its testimony it costs every hop half."""
        return self._holder.wants_output and bool(self._echo.poll(_ECHO_WAIT))

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
        if parts and not self._holder.was_cut:
            self._testimony.output(b"".join(parts), clock())
            self._holder.leaf_due(now)

    def look_for_the_end(self, now: float) -> None:
        if self._holder.was_cut:
            self._let_go()
            return
        if self._holder.ended_at is not None:
            return
        state = self._platform.reap(self._shell) if self._holder.child_news else None
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
                self.hang_up()
        if self._platform.reap(self._shell) is not None:
            self._terminal_open = False
