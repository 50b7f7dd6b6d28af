"""A customer and a provider with real keys: every document a device may be shown."""

import getpass
import time
from dataclasses import dataclass, field, replace
from typing import Any

from reachback_wire import canonical
from reachback_wire.documents import (
    Capability,
    CaseReference,
    Clause,
    Contract,
    DeviceStatement,
    Envelope,
    Grant,
    Keyset,
    KeysetKey,
    Narrowing,
    Offer,
    Open,
    Party,
    Technician,
    Who,
    seal,
)
from reachback_wire.signing import PrivateKey

HOUR = 3_600_000
USER = getpass.getuser()


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Customer:
    """Lotus Hotels, its provider, and one technician's session."""

    signer: PrivateKey = field(default_factory=PrivateKey.generate)
    revoker: PrivateKey = field(default_factory=PrivateKey.generate)
    provider: PrivateKey = field(default_factory=PrivateKey.generate)
    session: PrivateKey = field(default_factory=PrivateKey.generate)
    colleague: PrivateKey = field(default_factory=PrivateKey.generate)
    device: str = ""
    opens: int = 0

    def __post_init__(self) -> None:
        self.keyset = Keyset(
            organisation="lotus",
            name="Lotus Hotels",
            serial=1,
            threshold=1,
            tier="independent",
            independent_only=False,
            previous="",
            keys=(
                KeysetKey(self.signer.public_line, "Chen Wei", ("sign",)),
                KeysetKey(self.revoker.public_line, "Night desk", ("revoke",)),
            ),
            issued=now() - HOUR,
        )
        self.contract = Contract(
            organisation="lotus",
            keyset=1,
            serial=1,
            title="Remote care",
            provider=Party("Northstar", (self.provider.public_line,), ()),
            clauses=(
                Clause(
                    number=1,
                    capabilities=(Capability("shell.user", (USER, "nobody-here")),),
                    who=Who(teams=("Remote team",)),
                ),
            ),
            device_tags=("front-desk",),
            effective=now() - HOUR,
            expires=now() + 100 * HOUR,
            issued=now() - HOUR,
        )

    @property
    def fingerprint(self) -> str:
        return self.keyset.fingerprint

    def sealed_keyset(self) -> Envelope:
        return seal(self.keyset, self.signer)

    def documents(self) -> list[Envelope]:
        """Statement and contract for the enrolled device."""
        statement = DeviceStatement(
            organisation="lotus",
            keyset=1,
            serial=1,
            key=self.device,
            name="lijiang-frontdesk",
            site="Lijiang",
            tags=("front-desk",),
            issued=now() - HOUR,
        )
        return [seal(statement, self.signer), seal(self.contract, self.signer)]

    def with_clause(self, **changes: Any) -> None:
        self.contract = replace(
            self.contract, clauses=(replace(self.contract.clauses[0], **changes),)
        )

    def with_recording(self, word: str) -> None:
        self.contract = replace(self.contract, recording=word)

    def grant(self, nonce: bytes, **changes: Any) -> Grant:
        found = Grant(
            id="grant-1",
            session="s1",
            technician=Technician("Tomas Rivera", ("Remote team",), "totp"),
            session_key=self.session.public_line,
            device=self.device,
            organisation="lotus",
            capabilities=("shell.user",),
            contract=canonical.digest(self.contract.to_body()),
            nonce=nonce.hex(),
            issued=now(),
            expires=now() + HOUR,
            case=CaseReference(1, "Registration page"),
        )
        return replace(found, **changes)

    def sealed_grant(self, nonce: bytes, **changes: Any) -> Envelope:
        return seal(self.grant(nonce, **changes), self.provider)

    def sealed(self, grant: Grant) -> Envelope:
        return seal(grant, self.provider)

    def wish(self, channel: str = "s1.1", **changes: Any) -> Envelope:
        self.opens += 1
        found = Open(
            grant="grant-1",
            channel=channel,
            kind="shell",
            parameters={
                "run_as": USER,
                "columns": 80,
                "rows": 24,
                "term": "xterm",
                "login": False,
            },
            counter=self.opens,
        )
        return seal(replace(found, **changes), self.session)

    def offer(self, by: PrivateKey | None = None, **changes: Any) -> Envelope:
        """Tomas offers what runs under his grant to Nora."""
        found = Offer(
            grant="grant-1", session="s1", to="Nora Lind", issued=now(), expires=now() + HOUR // 6
        )
        return seal(replace(found, **changes), by or self.session)

    def colleagues(
        self, nonce: bytes, offer: Envelope, **changes: Any
    ) -> tuple[Envelope, Envelope]:
        """Nora's own grant, and her wish for the shell; `changes` are the grant's."""
        given: dict[str, Any] = {
            "id": "grant-2",
            "technician": Technician("Nora Lind", ("Remote team",), "totp"),
            "session_key": self.colleague.public_line,
        }
        grant = self.grant(nonce, **{**given, **changes})
        wish = Open(
            grant=grant.id,
            channel="s1.1",
            kind="attach",
            parameters={"run_as": USER, "offer": offer.to_json()},
            counter=1,
        )
        return seal(grant, self.provider), seal(wish, self.colleague)

    def revocation(self) -> Envelope:
        narrowing = Narrowing(
            organisation="lotus",
            author="customer",
            id="n1",
            serial=1,
            contract=canonical.digest(self.contract.to_body()),
            devices=("*",),
            effect="revoke-all",
            issued=now(),
            reason="We are closing.",
        )
        return seal(narrowing, self.revoker)
