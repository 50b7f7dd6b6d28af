"""How long to wait before dialling again: full jitter, a fast first retry, a cap."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Protocol


class Draws(Protocol):
    """The one thing asked of a generator of chance."""

    def uniform(self, a: float, b: float, /) -> float: ...


@dataclass(slots=True)
class Backoff:
    """Seconds to wait after each failure: uniform in (0, min(cap, base * 2^n)).

    Full jitter (Brooker, "Exponential Backoff And Jitter") spreads the return of ten thousand
    devices after a restart of the server. The first retry comes after about 100 ms, because most
    losses are a reset connection and the server is still there.
    """

    base: float = 0.2
    cap: float = 60.0
    chance: Draws = field(default_factory=secrets.SystemRandom)
    failures: int = 0

    def next(self) -> float:
        """The wait before the next attempt."""
        ceiling = min(self.cap, self.base * 2.0 ** min(self.failures, 16))
        self.failures += 1
        if self.failures == 1:
            return self.chance.uniform(0.05, 0.15)
        return self.chance.uniform(0.0, ceiling)

    def answered(self) -> None:
        """The server spoke, then the line broke: waits of up to 6 s keep the crowd apart still."""
        self.failures = min(self.failures, 5)

    def welcomed(self) -> None:
        """The server took us, but not for long: a bad line, where long waits help nobody."""
        self.failures = min(self.failures, 3)

    def interrupted(self) -> None:
        """Somebody was at work over it: waits of up to 0.4 s; such devices are few, no crowd."""
        self.failures = min(self.failures, 1)

    def succeeded(self) -> None:
        """The link was up long enough to be called a link."""
        self.failures = 0
