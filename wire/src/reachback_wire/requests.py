"""What is asked of a contract: the request, its approvals and the clocks it is judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reachback_wire.documents import ApprovalRequest, Open
from reachback_wire.documents.capability import ADMINISTRATORS
from reachback_wire.refusals import Refusal

# How far the device's and the provider's clocks may differ, and lag behind the floor.
TOLERANCE_MS: Final = 300_000
# Which capability an OPEN of each kind needs, and the parameter that the capability limits.
_NEEDS: Final[dict[str, str]] = {
    "shell": "shell.user",
    "exec": "exec",
    "tunnel": "tunnel",
    "reboot": "reboot",
    "attach": "shell.user",
}
_LIMITED: Final[dict[str, str]] = {
    "shell": "run_as",
    "attach": "run_as",
    "exec": "script",
    "files": "path",
    "tunnel": "target",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """Three instants in ms since 1970: the device's, the gateway's, and the floor.

    The floor is the latest trustworthy instant the device has seen; it is persisted, never lowered.
    """

    device: int
    gateway: int
    floor: int = 0

    def trouble(self) -> Refusal | None:
        """Say how the two clocks disagree, None when they agree; clockless clauses overlook it."""
        difference = self.device - self.gateway
        if difference < -TOLERANCE_MS:
            return Refusal("clock-behind", f"The device's clock is {span(-difference)} behind.")
        if difference > TOLERANCE_MS:
            return Refusal("clock-ahead", f"The device's clock is {span(difference)} ahead.")
        return None

    def check_floor(self) -> None:
        """Refuse a time told to be before the floor: nothing excuses that.

        A device far behind is `trouble` already; here it is the provider that turns time back, or
        both together.
        """
        if self.floor - self.gateway > TOLERANCE_MS:
            lag = span(self.floor - self.gateway)
            raise Refusal("clock-behind", f"The provider's clock is {lag} behind.")
        if self.trouble() is None and self.floor - self.device > TOLERANCE_MS:
            lag = span(self.floor - self.device)
            raise Refusal("clock-behind", f"The device's clock is {lag} behind.")


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants (ms) something must hold at, and the floor below which nothing counts."""

    times: tuple[int, ...]
    floor: int

    def before(self, instant: int) -> bool:
        return max(self.times) < instant and self.floor < instant

    def since(self, instant: int) -> bool:
        return min(self.times) >= instant

    @property
    def latest(self) -> int:
        return max(*self.times, self.floor)


@dataclass(frozen=True, slots=True)
class Approved:
    """A checked approval: the key that signed it, what it says yes to, and its life (ms).

    `person` is whose key it is, as the customer's keyset names it.
    """

    key: str
    request: ApprovalRequest
    issued: int
    expires: int
    person: str


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to do now: the capability it needs and the parameter it is limited by.

    `signers` are the keys proved to have signed the OPEN; `consent` whether the person at the
    device said yes; `approvals` have been checked.
    """

    kind: str
    capability: str
    parameter: str = ""
    signers: frozenset[str] = frozenset()
    approvals: tuple[Approved, ...] = ()
    consent: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def as_administrator(self) -> bool:
        """Whether a script is to run as administrator: `shell.admin`, or a clause that says so."""
        return self.script_user in ADMINISTRATORS

    @property
    def script_user(self) -> str:
        """Whom a script is to run as; "" for what is no script."""
        return str(self.parameters.get("run_as", "")) if self.kind == "exec" else ""

    @property
    def planned(self) -> int:
        """When a restart is to take place, ms since 1970; 0 for at once, as for everything else."""
        at = self.parameters.get("at", 0) if self.kind == "reboot" else 0
        return at if isinstance(at, int) else 0

    @classmethod
    def of(
        cls,
        wish: Open,
        *,
        signers: frozenset[str] = frozenset(),
        approvals: tuple[Approved, ...] = (),
        consent: bool = False,
    ) -> "Request":
        """Read out of an OPEN what it needs."""
        capability = _NEEDS.get(wish.kind, "")
        if wish.kind == "files":
            capability = f"files.{wish.parameters['operation']}"
        elif wish.kind == "desktop":
            capability = f"desktop.{wish.parameters['mode']}"
        limited = _LIMITED.get(wish.kind, "")
        parameter = str(wish.parameters[limited]) if limited else ""
        return cls(
            wish.kind, capability, parameter, signers, approvals, consent, dict(wish.parameters)
        )


def span(milliseconds: int) -> str:
    """Write a length of time as people say it: “40 s”, “7 min”, “26 h”, “3 days”."""
    seconds = milliseconds // 1000
    for size, unit, most in ((1, "s", 90), (60, "min", 90), (3600, "h", 48)):
        if seconds // size < most:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"
