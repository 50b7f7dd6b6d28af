"""What a recipe does after a step, from what the device said of it. Pure.

A check answers 0 (it is there: nothing is applied), 10 (absent) or 11 (another version); with any
other answer nothing is applied. Whether a step happened at all is known only from the device's own
account: an apply without one is `unknown`, and is never run again by itself.
"""

from dataclasses import dataclass
from typing import Final

THERE: Final = 0
ABSENT: Final = 10
OTHER: Final = 11
FOUND: Final = {THERE: "there", ABSENT: "absent", OTHER: "other"}
#: The device's account of these ends says that the step is over; `cut` may run on unseen.
_TOLD: Final = frozenset({"ended", "stopped", "time-limit", "output-limit"})


@dataclass(frozen=True)
class Ended:
    """How a step ended: `refused` by front or device, else the account's `reason` and `status`.

    `told` is whether there is an account by the device at all.
    """

    step: str
    reason: str = ""
    status: int | None = None
    refused: bool = False
    told: bool = True


@dataclass(frozen=True)
class Next:
    """What follows: another `step`, or the `state` and `outcome` the recipe ends with."""

    step: str = ""
    found: str = ""
    state: str = ""
    outcome: str = ""


def after(ended: Ended) -> Next:
    """Return what follows a step's end."""
    if ended.refused or ended.reason == "refused":
        return Next(state="failed", outcome=f"{ended.step}-refused")
    if not ended.told or ended.reason not in _TOLD:
        return _unknown(ended.step)
    status = ended.status if ended.reason == "ended" else None
    if ended.step == "check":
        return _checked(status)
    if ended.step == "apply":
        if status == 0:
            return Next(step="verify")
        return Next(state="failed", outcome="apply-failed")
    if status == 0:
        return Next(state="done", outcome="verified")
    return Next(state="failed", outcome="not-verified")


def _unknown(step: str) -> Next:
    """A check and a verify change nothing: without their answer, only that is missing."""
    state = "unknown" if step == "apply" else "failed"
    return Next(state=state, outcome=f"{step}-unknown")


def _checked(status: int | None) -> Next:
    if status not in FOUND:
        return Next(state="failed", outcome="check-failed")
    step = "verify" if status == THERE else "apply"
    return Next(step=step, found=FOUND[status])
