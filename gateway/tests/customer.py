"""A customer, its device and a provider with real keys and signed documents."""

import time
from typing import Any

from reachback_wire.documents import (
    Capability,
    Clause,
    Contract,
    DeviceStatement,
    Grant,
    Keyset,
    KeysetKey,
    Offer,
    Open,
    Technician,
    keyset_fingerprint,
    seal,
)
from reachback_wire.documents.contract import Party, Who
from reachback_wire.signing import PrivateKey

HOUR = 3_600_000
DEVICE = "dev-1"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Customer:
    """Lotus Hotels with one device, and Northstar with a grant key."""

    def __init__(self) -> None:
        self.sign_key = PrivateKey.generate()
        self.grant_key = PrivateKey.generate()
        self.device_key = PrivateKey.generate()
        issued = now_ms() - HOUR
        key = KeysetKey(self.sign_key.public_line, "Chen Wei", ("sign", "revoke"))
        self.keyset = seal(
            Keyset(
                organisation="lotus",
                name="Lotus Hotels",
                serial=1,
                threshold=1,
                tier="independent",
                independent_only=False,
                previous="",
                keys=(key,),
                issued=issued,
            ),
            self.sign_key,
        )
        self.fingerprint = keyset_fingerprint(self.keyset.body)
        self.statement = seal(
            DeviceStatement(
                organisation="lotus",
                keyset=1,
                serial=1,
                key=self.device_key.public_line,
                name="frontdesk",
                site="Lijiang",
                tags=("front-desk",),
                issued=issued,
            ),
            self.sign_key,
        )
        self.contract = seal(self._contract(issued), self.sign_key)

    def _contract(self, issued: int) -> Contract:
        clause = Clause(
            number=4,
            capabilities=(Capability("shell.user", ("guest",)),),
            who=Who(teams=("Remote team",)),
        )
        return Contract(
            organisation="lotus",
            keyset=1,
            serial=1,
            title="Front desks",
            provider=Party("Northstar", (self.grant_key.public_line,)),
            clauses=(clause,),
            device_tags=("front-desk",),
            effective=issued,
            issued=issued,
            expires=issued + 1_000 * HOUR,
        )

    def redeemed(self, session: str, may: str = "open", **more: Any) -> dict[str, Any]:
        """What the web process answers to tickets/redeem."""
        value: dict[str, Any] = {
            "session": session,
            "device": DEVICE,
            "person": {"id": "p1", "name": "Tomás Rivera"},
            "may": [may],
            "recordings": [],
            "contract": self.contract.to_json(),
            "keyset": self.keyset.to_json(),
            "statement": self.statement.to_json(),
            "narrowings": [],
            "provider_keys": [self.grant_key.public_line],
            "expires": now_ms() + HOUR,
        }
        return value | more

    def admission(self, generation: int = 1, hold: str = "none") -> dict[str, Any]:
        """What the web process answers to devices/hello."""
        value: dict[str, Any] = {"device": DEVICE, "name": "frontdesk", "organisation": "lotus"}
        return value | {"generation": generation, "hold": hold, "documents": []}

    def open_value(
        self,
        session: str,
        session_key: PrivateKey,
        number: int = 1,
        *,
        run_as: str = "guest",
        nonce: str = "00" * 16,
        signer: PrivateKey | None = None,
    ) -> dict[str, Any]:
        """The value of an OPEN frame: a grant and the signed wish."""
        grant = Grant(
            id=f"grant-{session}-{number}",
            session=session,
            technician=Technician("Tomás Rivera", ("Remote team",), "totp"),
            session_key=session_key.public_line,
            device=self.device_key.public_line,
            organisation="lotus",
            capabilities=("shell.user",),
            contract=self.contract.digest,
            nonce=nonce,
            issued=now_ms() - 1_000,
            expires=now_ms() + HOUR,
        )
        parameters = {"run_as": run_as, "columns": 80, "rows": 24, "term": "xterm", "login": True}
        wish = Open(grant.id, f"{session}.{number}", "shell", parameters, number)
        return {
            "grant": seal(grant, self.grant_key).to_json(),
            "open": seal(wish, signer or session_key).to_json(),
        }

    def attach_value(
        self,
        session: str,
        giver: PrivateKey,
        colleague: PrivateKey,
        *,
        to: str = "Nora Lind",
        number: int = 1,
        offered: int = 0,
        capabilities: tuple[str, ...] = ("shell.user",),
        by: PrivateKey | None = None,
    ) -> dict[str, Any]:
        """Nora's grant and her wish for shell `number`, with an offer of its technician.

        `giver` signed the grant in force (`open_value`); `offered` ms after now.
        """
        issued = now_ms() + offered
        offer = Offer(
            grant=f"grant-{session}-{number}",
            session=session,
            to=to,
            issued=issued,
            expires=issued + HOUR // 6,
        )
        grant = Grant(
            id=f"grant-{session}-nora-{number}",
            session=session,
            technician=Technician("Nora Lind", ("Remote team",), "totp"),
            session_key=colleague.public_line,
            device=self.device_key.public_line,
            organisation="lotus",
            capabilities=capabilities,
            contract=self.contract.digest,
            nonce="11" * 16,
            issued=now_ms() - 1_000,
            expires=now_ms() + HOUR,
        )
        sealed = seal(offer, by or giver).to_json()
        wish = Open(
            grant.id, f"{session}.{number}", "attach", {"run_as": "guest", "offer": sealed}, 1
        )
        return {
            "grant": seal(grant, self.grant_key).to_json(),
            "open": seal(wish, colleague).to_json(),
        }
