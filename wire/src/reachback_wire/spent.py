"""What may happen once: link nonces and (grant, counter) pairs. Pure state, kept by the device.

Both books are written to disk by their owner (`to_state`) before anything is done.
"""

from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from reachback_wire.documents import Grant, Open
from reachback_wire.refusals import Refusal

NONCE_LENGTH: Final = 16
NONCE_LIFE_MS: Final = 10 * 60_000


class NonceBook:
    """The link nonces a device issued: each opens the door for one grant, shown within 10 min.

    `now` is any clock in ms that only goes forward. The front keeps the same book of what the
    device sent it, to refuse early.
    """

    def __init__(self) -> None:
        self._issued: dict[bytes, int] = {}
        self._bound: dict[bytes, str] = {}

    def issue(self, nonce: bytes, now: int) -> None:
        """Note a nonce (16 random bytes) as issued, and forget those that nobody used in time."""
        if len(nonce) != NONCE_LENGTH:
            raise ValueError("A link nonce has 16 bytes.")
        self._issued = {
            known: at
            for known, at in self._issued.items()
            if known in self._bound or now - at <= NONCE_LIFE_MS
        }
        self._issued.setdefault(nonce, now)

    def check(self, nonce: str, grant_digest: str, now: int) -> None:
        """Refuse (`wrong-nonce`) a nonce not ours, too old, or bound to another grant."""
        raw = bytes.fromhex(nonce)
        if raw not in self._issued:
            raise Refusal("wrong-nonce", "The grant does not belong to this link; connect again.")
        bound = self._bound.get(raw)
        if bound is not None and bound != grant_digest:
            raise Refusal("wrong-nonce", "The grant's nonce was already used by another grant.")
        if bound is None and now - self._issued[raw] > NONCE_LIFE_MS:
            raise Refusal("wrong-nonce", "The grant's nonce is older than 10 minutes.")

    def bind(self, nonce: str, grant_digest: str, now: int) -> None:
        """Check a nonce and bind it to this grant for good."""
        self.check(nonce, grant_digest, now)
        self._bound[bytes.fromhex(nonce)] = grant_digest

    def forget(self, nonce: str) -> None:
        """Forget a nonce whose grant is over."""
        self._issued.pop(bytes.fromhex(nonce), None)
        self._bound.pop(bytes.fromhex(nonce), None)

    def available(self, now: int) -> tuple[bytes, ...]:
        """Give the nonces that a grant may still be bound to."""
        return tuple(
            known
            for known, at in self._issued.items()
            if known not in self._bound and now - at <= NONCE_LIFE_MS
        )

    def to_state(self) -> dict[str, object]:
        return {
            known.hex(): {"issued": at, "grant": self._bound.get(known, "")}
            for known, at in self._issued.items()
        }

    @classmethod
    def from_state(cls, state: dict[str, dict[str, object]]) -> "NonceBook":
        """Read what `to_state` wrote; the owner of the file vouches for it."""
        book = cls()
        for text, entry in state.items():
            nonce = bytes.fromhex(text)
            book._issued[nonce] = int(str(entry["issued"]))
            if entry["grant"]:
                book._bound[nonce] = str(entry["grant"])
        return book


@dataclass(slots=True)
class _Spent:
    """One grant's history: its digest and expiry, per counter the OPEN's digest and the answer."""

    digest: str
    expires: int
    opens: dict[str, str] = field(default_factory=dict)
    answers: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of an OPEN.

    `new`: act, after `begin` is stored. `repeat`: the same OPEN again, give `answer` again.
    `unknown`: the same OPEN again, but it was never learnt how the first one ended (a power cut):
    it is never run again.
    """

    state: Literal["new", "repeat", "unknown"]
    answer: dict[str, object] | None = None

    def require_known(self) -> None:
        """Refuse (`replayed`) an OPEN whose first outcome is unknown."""
        if self.state == "unknown":
            raise Refusal(
                "replayed",
                "This was begun before and its outcome is unknown; it is not run a second time.",
            )


class SpentLedger:
    """Which OPENs of which grants were begun, and how they were answered.

    Order: `look` → (new) → `begin` → store `to_state()` durably → act → `finish` → store.
    """

    def __init__(self) -> None:
        self._grants: dict[str, _Spent] = {}

    def look(self, grant: Grant, grant_digest: str, wish: Open, open_digest: str) -> Standing:
        """Say whether this OPEN is new; raises Refusal `replayed` or `grant-spent`."""
        spent = self._grants.get(grant.id)
        if spent is None:
            return Standing("new")
        if spent.digest != grant_digest:
            raise Refusal("replayed", "Another grant with this name was used before.")
        counter = str(wish.counter)
        if spent.opens.get(counter) == open_digest:
            answer = spent.answers.get(counter)
            return Standing("repeat", answer) if answer is not None else Standing("unknown")
        if wish.counter <= max(map(int, spent.opens), default=0):
            raise Refusal("replayed", "This wish to open repeats a counter that was used before.")
        if grant.uses and len(spent.opens) >= grant.uses:
            raise Refusal(
                "grant-spent", f"The grant was good for {grant.uses} uses; all are spent."
            )
        return Standing("new")

    def begin(self, grant: Grant, grant_digest: str, wish: Open, open_digest: str) -> None:
        """Spend the OPEN's counter; store the state durably before acting."""
        if self.look(grant, grant_digest, wish, open_digest).state != "new":
            raise ValueError("Only a new OPEN is begun.")
        spent = self._grants.setdefault(grant.id, _Spent(grant_digest, grant.expires))
        spent.opens[str(wish.counter)] = open_digest

    def finish(self, grant_id: str, counter: int, answer: dict[str, object]) -> None:
        """Note the first answer, which every repeat of the same OPEN is given."""
        self._grants[grant_id].answers[str(counter)] = answer

    def prune(self, floor: int) -> None:
        """Forget grants that expired before the floor: nothing can bring them back."""
        self._grants = {
            name: spent for name, spent in self._grants.items() if spent.expires > floor
        }

    def to_state(self) -> dict[str, object]:
        return {name: asdict(spent) for name, spent in self._grants.items()}

    @classmethod
    def from_state(cls, state: dict[str, dict[str, object]]) -> "SpentLedger":
        """Read what `to_state` wrote; raises ValueError or TypeError for anything else."""
        ledger = cls()
        for name, entry in state.items():
            ledger._grants[name] = _Spent(**entry)  # type: ignore[arg-type]  # our own file
        return ledger
