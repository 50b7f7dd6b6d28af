"""What may happen once: link nonces and (grant, counter) pairs. Pure state, kept by the device.

Their owner stores them before anything is done: the nonces as a whole (`to_state`), the ledger as
a journal of entries, so that an OPEN costs one append and not a file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

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

    def rebind(self, nonce: str, grant_digest: str) -> None:
        """Bind a nonce as the journal says it was; one that is not known any more stays so."""
        raw = bytes.fromhex(nonce)
        if raw in self._issued:
            self._bound.setdefault(raw, grant_digest)

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
    """One grant's history: its digest, nonce and expiry, per counter the OPEN and the answer."""

    digest: str
    nonce: str
    expires: int
    opens: dict[int, str] = field(default_factory=dict)
    answers: dict[int, dict[str, object]] = field(default_factory=dict)


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

    Order: `look` → (new) → `begin` → append its entry durably → act → `finish` → append. An entry
    of `finish` that a power cut takes leaves the outcome unknown, which is what it is.
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
        counter = wish.counter
        if spent.opens.get(counter) == open_digest:
            answer = spent.answers.get(counter)
            return Standing("repeat", answer) if answer is not None else Standing("unknown")
        if wish.counter <= max(spent.opens, default=0):
            raise Refusal("replayed", "This wish to open repeats a counter that was used before.")
        if grant.uses and len(spent.opens) >= grant.uses:
            raise Refusal(
                "grant-spent", f"The grant was good for {grant.uses} uses; all are spent."
            )
        return Standing("new")

    def begin(
        self, grant: Grant, grant_digest: str, wish: Open, open_digest: str
    ) -> dict[str, object]:
        """Spend the OPEN's counter; the entry is to be stored durably before acting."""
        if self.look(grant, grant_digest, wish, open_digest).state != "new":
            raise ValueError("Only a new OPEN is begun.")
        entry = _begun(grant.id, _Spent(grant_digest, grant.nonce, grant.expires), wish.counter)
        entry["open"] = open_digest
        self._apply(entry)
        return entry

    def finish(self, grant_id: str, counter: int, answer: dict[str, object]) -> dict[str, object]:
        """Note the first answer, which every repeat of the same OPEN is given; its entry."""
        entry: dict[str, object] = {
            "entry": "finish",
            "grant": grant_id,
            "counter": counter,
            "answer": answer,
        }
        self._apply(entry)
        return entry

    def _apply(self, entry: dict[str, Any]) -> None:
        name, counter = str(entry["grant"]), int(entry["counter"])
        if entry["entry"] == "begin":
            fresh = _Spent(str(entry["digest"]), str(entry["nonce"]), int(entry["expires"]))
            self._grants.setdefault(name, fresh).opens[counter] = str(entry["open"])
        elif entry["entry"] == "finish":
            self._grants[name].answers[counter] = entry["answer"]
        else:
            raise ValueError(f"The ledger knows no entry {entry['entry']!r}.")

    def prune(self, floor: int) -> list[str]:
        """Forget grants that expired before the floor, which nothing brings back; their nonces."""
        over = [name for name, spent in self._grants.items() if spent.expires <= floor]
        return [self._grants.pop(name).nonce for name in over]

    @property
    def bindings(self) -> Iterator[tuple[str, str]]:
        """Nonce and digest of every grant that is remembered."""
        return ((spent.nonce, spent.digest) for spent in self._grants.values())

    def entries(self) -> Iterator[dict[str, object]]:
        """The shortest journal that gives this ledger again."""
        for name, spent in self._grants.items():
            for counter, digest in spent.opens.items():
                yield _begun(name, spent, counter) | {"open": digest}
                if counter in spent.answers:
                    answer = spent.answers[counter]
                    yield {"entry": "finish", "grant": name, "counter": counter, "answer": answer}

    @classmethod
    def replay(cls, entries: Iterable[dict[str, Any]]) -> "SpentLedger":
        """Read a journal; KeyError, TypeError or ValueError for anything else."""
        ledger = cls()
        for entry in entries:
            ledger._apply(entry)
        return ledger


def _begun(name: str, spent: _Spent, counter: int) -> dict[str, object]:
    return {
        "entry": "begin",
        "grant": name,
        "digest": spent.digest,
        "nonce": spent.nonce,
        "expires": spent.expires,
        "counter": counter,
    }
