"""A tunnel as a holder's job: a TCP connection on one side, the channel's testimony on the other.

The connection to the target lives here and not in the control process, so it outlives lost links
and restarts, as a shell does. Nobody reads: the target is not read either (no spool), and what the
target does not take is not accepted from the technician.
"""

from __future__ import annotations

import select
from typing import Any

from reachback_connector.errors import NetworkError
from reachback_connector.holder.channel import LEAF_DELAY, ChannelHolder, clock
from reachback_connector.tunnel.arriving import Arriving
from reachback_connector.tunnel.connection import TargetConnection
from reachback_connector.tunnel.target import Resolve, Target
from reachback_connector.tunnel.towards import Towards


class TunnelJob:
    """One TCP connection from its dialling to its end."""

    def __init__(self, target: Target, resolve: Resolve, holder: ChannelHolder) -> None:
        self._holder = holder
        self._target = TargetConnection(target, resolve)
        keeps = holder.plan.recording == "required"
        self._towards = Towards(holder.testimony, keeps_content=keeps)
        if holder.plan.first:
            self._towards.first(holder.plan.first)
        self._arriving = Arriving(holder.testimony)
        self._tell_at: float | None = None

    @property
    def intake(self) -> Towards:
        return self._towards

    @property
    def gone(self) -> bool:
        """No job runs on in a tunnel: its end is the end of all of it."""
        return self._holder.ended_at is not None

    def wanted(self) -> dict[int, int]:
        descriptor = self._target.descriptor
        if descriptor < 0 or self.gone:
            return {}
        room = not self._holder.log.memory_full
        events = self._target.events(
            wants_output=room and self._holder.wants_output,
            wants_input=room and self._towards.pending,
        )
        return {descriptor: events} if events else {}

    def moment(self, now: float) -> float:
        moments = (now + 60.0, self._target.deadline, self._tell_at)
        return min(moment for moment in moments if moment is not None)

    def serve(self, ready: dict[int, int], now: float) -> None:
        if self.gone:
            return
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
        if self._target.socket is not None and not self._holder.log.memory_full:
            self._towards.hand_on(self._target.socket, clock())
        if self._towards.finished:
            self._target.say_eof()
        if heard:
            self._arriving.take(self._target.read(), clock())
        self._holder.leaf_due(now)
        self._tell(now)
        if self._target.over:
            self._finish("ended", "The connection has ended.")

    def _tell(self, now: float) -> None:
        """What was handed on gets its leaf in time, as what came does."""
        if self._tell_at is not None and now >= self._tell_at:
            self._towards.tell(clock())
        if not self._towards.untold:
            self._tell_at = None
        elif self._tell_at is None:
            self._tell_at = now + LEAF_DELAY

    def look_for_the_end(self, now: float) -> None:
        """Its end is noticed where bytes are moved."""

    def hang_up(self) -> None:
        """The technician left: the target sees a reset."""
        self._finish(*self._holder.closing, hard=True)

    def cut(self, *, killed: bool) -> None:
        """Frozen or killed: there is nothing in a tunnel that could run on."""
        self._finish(*self._holder.closing, hard=True)

    def _finish(self, how: str, sentence: str, *, hard: bool = False) -> None:
        """The channel's last testimony: how it ended, and what passed each way."""
        self._target.close(hard=hard)
        self._towards.drop()
        self._towards.tell(clock())
        self._holder.closing = (how, sentence)
        self._holder.testimony.tunnel_exit(self._account(how, sentence), clock())
        self._holder.finished()

    def _account(self, how: str, sentence: str) -> dict[str, Any]:
        to, came = self._towards, self._arriving
        return {
            "status": None,
            "signal": None,
            "how": how,
            "sentence": sentence,
            "target": str(self._holder.plan.facts["parameters"]["target"]),
            "address": self._target.address,
            "to_target": {"bytes": to.bytes, "sha256": to.sha256},
            "from_target": {"bytes": came.bytes, "sha256": came.sha256},
        }
