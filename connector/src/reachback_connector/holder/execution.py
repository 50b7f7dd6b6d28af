"""A script as a holder's job: its text comes in, is checked, runs, and ends within its limits.

The text is the OPEN's first bytes and, where that is not all, the channel's input up to `size`.
It runs only when its SHA-256 is the one that was signed. Whatever it started ends with it.
"""

from __future__ import annotations

import hashlib
import os
import select
import time
from dataclasses import dataclass, field
from typing import Any, Final

from reachback_connector.holder.channel import ChannelHolder, clock
from reachback_connector.holder.intake import Intake
from reachback_connector.holder.testimony import LEAF_BYTES
from reachback_connector.platform.port import ExitState, RunningScript, ScriptRequest
from reachback_wire.units import CtrlUnit, DataUnit

SIGNAL, EOF = 17, 18
TEXT_PATIENCE: Final = 30.0
TERM_PATIENCE: Final = 2.0
_IDLE_LOOK: Final = 0.5
_MEMORY: Final = 2 << 20
_LAST_READS: Final = 64


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """What was signed: the script by digest and size, how it runs, and its limits."""

    parameters: dict[str, Any]
    digest: str
    size: int
    interpreter: str
    run_as: str
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    seconds: int
    output: int


class ScriptIntake(Intake):
    """The script's text, and commands to it."""

    def take(self) -> tuple[bytes, list[CtrlUnit]]:
        """Everything that waits; it counts as accepted."""
        text, commands = bytearray(), []
        while self._queue:
            unit, counted = self._queue.popleft()
            self._waiting -= unit.length if counted else 0
            self.moved = True
            if isinstance(unit, DataUnit):
                text += unit.data
            elif isinstance(unit, CtrlUnit):
                commands.append(unit)
        return bytes(text), commands


@dataclass(slots=True)
class _Pipe:
    """One of the script's two outputs."""

    descriptor: int
    bytes: int = 0
    hash: Any = field(default_factory=hashlib.sha256)
    open: bool = True

    def close(self) -> None:
        if self.open:
            os.close(self.descriptor)
            self.open = False

    def facts(self) -> dict[str, Any]:
        return {"bytes": self.bytes, "sha256": f"sha256:{self.hash.hexdigest()}"}


class ExecJob:
    """One script from its text to its end."""

    def __init__(self, plan: ExecutionPlan, holder: ChannelHolder) -> None:
        self._plan = plan
        self._holder = holder
        self._intake = ScriptIntake()
        if holder.plan.first:
            self._intake.first(holder.plan.first)
        self._text = bytearray()
        self._script: RunningScript | None = None
        self._state: ExitState | None = None
        self._out = self._err = _Pipe(-1, open=False)
        self._began = 0
        self._reason = "ended"
        self._gone = False
        self._deadline = time.monotonic() + TEXT_PATIENCE
        self._kill_at: float | None = None

    @property
    def intake(self) -> ScriptIntake:
        return self._intake

    @property
    def gone(self) -> bool:
        return self._gone

    def wanted(self) -> dict[int, int]:
        free = self._holder.was_cut or self._holder.log.in_memory < _MEMORY
        if not self._holder.wants_output or not free:
            return {}
        return {pipe.descriptor: select.POLLIN for pipe in (self._out, self._err) if pipe.open}

    def moment(self, now: float) -> float:
        """The next limit; what was killed is looked for often."""
        if self._gone:
            return now + 60.0
        moments = [self._deadline, now + (_IDLE_LOOK if self._kill_at else 10.0)]
        return min(moments)

    def serve(self, ready: dict[int, int], now: float) -> None:
        if self._holder.ended_at is not None and not self._holder.was_cut:
            return
        text, commands = self._intake.take()
        if self._script is None and not self._gone:
            self._collect(text, commands, now)
        elif not self._holder.was_cut:
            for unit in commands:
                self._command(unit)
        for pipe in (self._out, self._err):
            if pipe.open and ready.get(pipe.descriptor, 0):
                self._read(pipe, now)

    def _collect(self, text: bytes, commands: list[CtrlUnit], now: float) -> None:
        """The text is complete when it has the signed size; then its digest decides."""
        self._text += text
        whole = len(self._text) >= self._plan.size
        if whole or any(unit.kind == EOF for unit in commands):
            found = f"sha256:{hashlib.sha256(self._text).hexdigest()}"
            if found != self._plan.digest:
                self._deny(
                    "parameter-refused", "The text is not the script that was signed.", found
                )
            else:
                self._start(now)
        elif now >= self._deadline:
            self._deny("parameter-refused", "The script's text did not come in time.", "")

    def _deny(self, code: str, sentence: str, found: str) -> None:
        told = {"code": code, "sentence": sentence, "request": found}
        self._holder.testimony.denied(told, clock())
        self._reason = "refused"
        self._finish(ExitState(None, None))
        self._gone = True

    def _start(self, now: float) -> None:
        plan = self._plan
        self._began = clock()
        request = ScriptRequest(
            run_as=plan.run_as,
            interpreter=plan.interpreter,
            text=bytes(self._text),
            arguments=plan.arguments,
            environment=plan.environment,
        )
        self._text.clear()
        try:
            script = self._holder.platform.start_script(request)
        except (OSError, LookupError) as error:
            self._deny("unknown", f"The script could not be started: {error}"[:300], plan.digest)
            return
        self._script = script
        self._out, self._err = _Pipe(script.stdout), _Pipe(script.stderr)
        self._deadline = now + plan.seconds

    def _command(self, unit: CtrlUnit) -> None:
        if unit.kind != SIGNAL or self._script is None:
            return
        name = unit.body.decode("ascii", "replace")
        if name in {"INT", "TERM", "KILL", "HUP"}:
            self._reason = "stopped"
            self._holder.platform.signal_script(self._script, name)

    def _read(self, pipe: _Pipe, now: float) -> None:
        try:
            data = os.read(pipe.descriptor, LEAF_BYTES)
        except BlockingIOError:
            return
        if not data:
            pipe.close()
            return
        if self._holder.was_cut or self._reason == "output-limit":
            return  # nobody may see it: it is read only so that the script is not held up
        room = self._plan.output - self._out.bytes - self._err.bytes
        self._keep(pipe, data[:room], now)
        if len(data) > room:
            self._end("output-limit", now, patience=0.0)

    def _keep(self, pipe: _Pipe, data: bytes, now: float) -> None:
        if not data:
            return
        pipe.bytes += len(data)
        pipe.hash.update(data)
        if pipe is self._out:
            self._holder.testimony.output(data, clock())
            self._holder.leaf_due(now)
        else:
            self._holder.testimony.stderr(data, clock())

    def _end(self, reason: str, now: float, *, patience: float) -> None:
        """Ask the script to end, and kill whatever is left after `patience` seconds."""
        if self._script is None or self._kill_at is not None:
            return
        self._reason = reason
        self._kill_at = now + patience
        if patience:
            self._holder.platform.signal_script(self._script, "TERM")

    def look_for_the_end(self, now: float) -> None:
        script = self._script
        if script is None or self._gone:
            return
        if now >= self._deadline:
            self._end("time-limit", now, patience=TERM_PATIENCE)
        if self._kill_at is not None and now >= self._kill_at:
            self._holder.platform.signal_script(script, "KILL")
            self._deadline = now + 3600.0
        self._state = self._state or self._holder.platform.reap(script)
        if self._state is not None:
            self._over(self._state, now)

    def _over(self, state: ExitState, now: float) -> None:
        """The script has ended: end what it left behind, then read what is still in the pipes."""
        left = self._holder.platform.end_descendants()
        for pipe in (self._out, self._err):
            for _ in range(_LAST_READS):
                if pipe.open and select.select([pipe.descriptor], [], [], 0)[0]:
                    self._read(pipe, now)
            pipe.close()
        self._gone = True
        if self._holder.ended_at is None:
            self._finish(state, left=left)

    def _finish(self, state: ExitState, *, left: int = 0) -> None:
        testimony, now = self._holder.testimony, clock()
        facts = {
            **self._plan.parameters,
            "began": self._began,
            "ended": now,
            "status": state.status,
            "signal": state.signal,
            "reason": self._reason,
            "stdout": self._out.facts(),
            "stderr": self._err.facts(),
            "left": left,
        }
        testimony.executed(facts, now)
        testimony.exit(state.status, state.signal, now, reason=self._reason)
        self._holder.finished()

    def hang_up(self) -> None:
        """The technician left: a script that runs is stopped, one that never came is given up."""
        now = time.monotonic()
        if self._script is None:
            self._deny("parameter-refused", "The technician left before the text came.", "")
        else:
            self._end("stopped", now, patience=TERM_PATIENCE)

    def cut(self, *, killed: bool) -> None:
        """Authority ended the channel; frozen, the script runs on to its end or its time limit."""
        self._reason = "cut"
        self._finish(ExitState(None, "KILL" if killed else None))
        if self._script is None:
            self._gone = True
        elif killed:
            self._kill_at = time.monotonic()
            self._holder.platform.signal_script(self._script, "KILL")
