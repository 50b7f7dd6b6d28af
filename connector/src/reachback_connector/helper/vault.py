"""The helper's memory: key, trust, clock floor, nonces, spent grants, receipts. All of it durable.

STATE/helper/device.key      OpenSSH private key, made at enrolment, never leaves this directory
STATE/helper/trust.json      keyset chain, statement, contract, narrowings (`CustomerTrust`)
STATE/helper/link.json       HELLO counter, clock floor, nonces
STATE/helper/spent.jsonl     which OPENs were begun, and how they were answered (`Spending`)
STATE/helper/receipts.jsonl  every receipt this device has ever signed
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from reachback_connector import durable
from reachback_connector.durable import Journal
from reachback_connector.errors import StateError
from reachback_connector.helper.spending import Spending
from reachback_connector.layout import Layout
from reachback_wire.documents import Envelope, Narrowing, Receipt
from reachback_wire.receipts import ReceiptBook
from reachback_wire.refusals import Refusal
from reachback_wire.requests import TOLERANCE_MS, Clock
from reachback_wire.signing import PrivateKey
from reachback_wire.spent import NONCE_LENGTH, NonceBook
from reachback_wire.trust import CustomerTrust

NONCES_AT_ONCE: Final = 4
_FLOOR_STEP: Final = 60_000


class Vault:
    """Everything only the helper may touch. One helper at a time: see `lock`."""

    def __init__(self, layout: Layout, boot: str) -> None:
        self._folder = layout.helper
        self._boot = boot
        self.key: PrivateKey | None = self._load_key()
        self.public_line = self.key.public_line if self.key else ""
        self.trust = self._load_trust()
        self._link = durable.read_json(self._folder / "link.json") or {}
        self.counter = int(self._link.get("counter", 0))
        self.floor = int(self._link.get("floor", 0))
        self.nonces = NonceBook.from_state(self._link.get("nonces", {}))
        self._steady_base = self._steady_start()
        self.spending = Spending(self._folder / "spent.jsonl", self.nonces, self.floor)
        self._journal = Journal(self._folder / "receipts.jsonl")
        self.book, self._newest = self._load_book()
        self.gateway_ahead = 0

    def _load_key(self) -> PrivateKey | None:
        try:
            return PrivateKey.from_openssh((self._folder / "device.key").read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, Refusal) as error:
            raise StateError(
                "state-damaged", f"The device's key cannot be read: {error}"
            ) from error

    def _load_trust(self) -> CustomerTrust | None:
        state = durable.read_json(self._folder / "trust.json")
        try:
            return CustomerTrust.from_state(state) if state else None
        except (Refusal, KeyError, TypeError, ValueError) as error:
            raise StateError("state-damaged", f"trust.json is damaged: {error}.") from error

    def _load_book(self) -> tuple[ReceiptBook, dict[str, dict[str, Any]]]:
        """The book as of the last line; the newest receipt of each channel, to repeat it."""
        book = ReceiptBook(self.public_line)
        newest: dict[str, dict[str, Any]] = {}
        for line in self._journal:
            envelope = Envelope.from_json(line)
            receipt = Receipt.parse(envelope.body)
            book = ReceiptBook(self.public_line, receipt.number, envelope.digest)
            newest[receipt.channel] = line
        return book, newest

    # Enrolment

    @staticmethod
    def make_key(layout: Layout) -> PrivateKey:
        """The device's key, made now unless an earlier attempt to enrol already made one."""
        path = layout.helper / "device.key"
        if path.exists():
            return PrivateKey.from_openssh(path.read_bytes())
        key = PrivateKey.generate()
        durable.replace(path, key.to_openssh())
        return key

    @staticmethod
    def store_trust(layout: Layout, trust: CustomerTrust) -> None:
        durable.replace_json(layout.helper / "trust.json", trust.to_state())

    def save_trust(self) -> None:
        if self.trust is not None:
            durable.replace_json(self._folder / "trust.json", self.trust.to_state())

    @property
    def last_own_narrowing(self) -> int:
        """The serial of the device's own newest narrowing, lifted ones included; 0 without any."""
        stored = self.trust.to_state()["narrowings"] if self.trust else []
        bodies = [item["envelope"]["body"] for item in stored if item["party"] == "device"]  # type: ignore[attr-defined]
        return max((Narrowing.parse(body).serial for body in bodies), default=0)

    # Clock

    def clock(self) -> Clock:
        """The device's time, the provider's as last told, and the floor."""
        device = self.now()
        return Clock(device, device + self.gateway_ahead, self.floor)

    @staticmethod
    def now() -> int:
        """The process edge's clock, ms since 1970."""
        return time.time_ns() // 1_000_000

    def hear_gateway(self, instant: int) -> None:
        """The front told its time. Where both clocks agree, the earlier one is trustworthy."""
        if not instant:
            return
        device = self.now()
        self.gateway_ahead = instant - device
        if abs(self.gateway_ahead) <= TOLERANCE_MS:
            self.raise_floor(min(device, instant))

    def raise_floor(self, instant: int) -> None:
        """Never lowered; stored when it has moved by a minute."""
        if instant > self.floor:
            stored = int(self._link.get("floor", 0))
            self.floor = instant
            if instant - stored >= _FLOOR_STEP:
                self._save_link()

    def _steady_start(self) -> int:
        """A clock in ms that only goes forward, also over restarts of helper and machine."""
        last, base = int(self._link.get("steady", 0)), int(self._link.get("base", 0))
        return base if self._link.get("boot") == self._boot else last - _since_boot()

    def steady(self) -> int:
        return self._steady_base + _since_boot()

    # Link

    def next_counter(self) -> int:
        """The number of this HELLO, stored before it is used."""
        self.counter += 1
        self._save_link()
        return self.counter

    def issue_nonces(self) -> list[str]:
        """Fresh link nonces, stored before they are given away; what expired is forgotten here."""
        self.spending.tidy(self.floor)
        fresh = [secrets.token_bytes(NONCE_LENGTH) for _ in range(NONCES_AT_ONCE)]
        for nonce in fresh:
            self.nonces.issue(nonce, self.steady())
        self._save_link()
        return [nonce.hex() for nonce in fresh]

    def _save_link(self) -> None:
        self._link = {
            "counter": self.counter,
            "floor": self.floor,
            "nonces": self.nonces.to_state(),
            "steady": self.steady(),
            "base": self._steady_base,
            "boot": self._boot,
        }
        durable.replace_json(self._folder / "link.json", self._link)

    # Receipts

    def sign_receipt(self, **members: Any) -> dict[str, Any]:
        """The next receipt, on disk before it leaves; for the same testimony the same again."""
        if self.key is None:
            raise StateError("not-enrolled", "This device has no key yet.")
        last = self._newest.get(members["channel"])
        if last is not None and _says_the_same(last, members):
            return last
        envelope, book = self.book.make(self.key, issued=self.now(), **members)
        line = envelope.to_json()
        self._journal.append(line)
        self.book = book
        self._newest[members["channel"]] = line
        return line

    def receipts(self) -> Iterator[dict[str, Any]]:
        return iter(self._journal)

    def forget(self) -> None:
        """In a forked child: drop the secret and the open files."""
        self.key = None
        self._journal.close()
        self.spending.close()


def _since_boot() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _says_the_same(line: dict[str, Any], members: dict[str, Any]) -> bool:
    receipt = Receipt.parse(str(line["body"]))
    names = ("event", "leaves", "head", "offset", "session", "contract", "grant")
    return all(getattr(receipt, name) == members[name] for name in names)


def key_path(layout: Layout) -> Path:
    """Where the device's key lies."""
    return layout.helper / "device.key"
