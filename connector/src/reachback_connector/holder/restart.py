"""A restart of the device as a holder's job: wait for its time, ask again, clear up, strike.

The helper judges the OPEN a second time at the moment of the restart: window, contract and
revocations as they are then. It ends the other channels, so that their testimony is whole; only
when everything has reached the front, or after a few seconds, does the machine go down.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from reachback_connector import lines
from reachback_connector.errors import HelperRefused, HelperUnavailable
from reachback_connector.holder.channel import ChannelHolder, clock
from reachback_connector.holder.intake import Intake

REBOOTING: Final = "rebooting"
SENTENCE: Final = "The device is being restarted."
CLEARING: Final = 4.0
TELLING: Final = 4.0
_LOOK: Final = 0.2
_AGAIN: Final = 1.0


class _Stage(Enum):
    WAITING = auto()
    CLEARING = auto()
    TELLING = auto()
    OVER = auto()


class RestartJob:
    """One restart; `at` is ms since 1970, 0 for at once."""

    def __init__(self, at: int, holder: ChannelHolder) -> None:
        self._at = at
        self._holder = holder
        self._intake = Intake()
        self._stage = _Stage.WAITING
        self._until = 0.0
        self._ask_at = 0.0

    @property
    def intake(self) -> Intake:
        return self._intake

    @property
    def gone(self) -> bool:
        return self._stage is _Stage.OVER

    def wanted(self) -> dict[int, int]:
        return {}

    def moment(self, now: float) -> float:
        """At its time; a wall clock that is set meanwhile is noticed within 10 s."""
        if self._stage is _Stage.WAITING:
            due = now + max(0.0, (self._at - clock()) / 1000)
            return min(now + 10.0, max(due, self._ask_at))
        return now + (60.0 if self._stage is _Stage.OVER else _LOOK)

    def serve(self, ready: dict[int, int], now: float) -> None:
        """Nothing is typed into a restart and nothing comes out of it."""

    def look_for_the_end(self, now: float) -> None:
        """One step further, when it is time."""
        if self._stage is _Stage.WAITING:
            if clock() >= self._at and now >= self._ask_at:
                self._ask(now)
        elif self._stage is _Stage.CLEARING:
            if now >= self._until or not self._others():
                self._tell(now)
        elif self._stage is _Stage.TELLING and (now >= self._until or self._holder.told):
            self._stage = _Stage.OVER
            self._holder.platform.restart()

    def _ask(self, now: float) -> None:
        """The helper's last word. While it is being restarted itself it is asked again."""
        plan = self._holder.plan
        request = {"do": "restart", "key": plan.key, **plan.asked}
        try:
            lines.ask(plan.helper_socket, request)
        except HelperUnavailable:
            self._ask_at = now + _AGAIN
        except HelperRefused as refused:
            value = {"code": refused.code, "sentence": refused.sentence, "request": ""}
            self._holder.testimony.denied(value, clock())
            self._finish("refused", refused.code, refused.sentence)
        else:
            self._stage, self._until = _Stage.CLEARING, now + CLEARING

    def _others(self) -> bool:
        """Whether channels that were told to end are still giving their last testimony."""
        try:
            found = lines.ask(self._holder.plan.helper_socket, {"do": "channels"}, timeout=2.0)
        except (HelperUnavailable, HelperRefused):
            return True
        return any(each["key"] != self._holder.plan.key for each in found["channels"])

    def _tell(self, now: float) -> None:
        self._finish(REBOOTING, REBOOTING, SENTENCE)
        self._stage, self._until = _Stage.TELLING, now + TELLING

    def _finish(self, reason: str, code: str, sentence: str) -> None:
        self._stage = _Stage.OVER
        self._holder.closing = (code, sentence)
        self._holder.testimony.exit(None, None, clock(), reason=reason)
        self._holder.finished()

    def hang_up(self) -> None:
        """The technician takes it back; too late once the device is going down."""
        if self._stage is _Stage.WAITING:
            self._finish("cancelled", "cancelled", "The restart was called off.")

    def cut(self, *, killed: bool) -> None:
        """Authority took it away: nothing is restarted, unless it has begun."""
        del killed
        if self._stage in {_Stage.WAITING, _Stage.CLEARING}:
            self._finish("cut", *self._holder.closing)
