"""Lotus Hotels' side: its keys and what it signs with them, in its own folder.

The server never reads this folder; it is given the signed documents as any customer would hand
them over. The clauses of the contract are those of a small hotel that wants its guest
registration kept alive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reachback_wire.documents import (
    Capability,
    Clause,
    Contract,
    DeviceStatement,
    Envelope,
    Keyset,
    KeysetKey,
    Party,
    When,
    Who,
    Window,
    seal,
)
from reachback_wire.documents.forms import Trust
from reachback_wire.signing import PrivateKey

KEYS = (
    ("administrator", "Chen Wei, administrator", ("sign", "approve")),
    ("revoke", "Front desk safe (revocation only)", ("revoke",)),
    ("recovery", "Notary, sealed envelope", ("recover",)),
)
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TAG = "front-desk"
VALID = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Provider:
    """What the customer was told by the provider, on paper: names, keys, digests of scripts."""

    name: str
    team: str
    grant_keys: tuple[str, ...]
    log_keys: tuple[str, ...]
    scripts: tuple[str, ...]


class Customer:
    """The customer's administrator with the keys in `folder`."""

    def __init__(self, folder: Path, organisation: str, name: str) -> None:
        self.folder = folder
        self.organisation = organisation
        self.name = name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def key(self, name: str) -> PrivateKey:
        """Return a key of the folder, made on first use (OpenSSH format, mode 600)."""
        path = self.folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(PrivateKey.generate().to_openssh())
        return PrivateKey.from_openssh(path.read_bytes())

    def keyset(self, now: datetime) -> Envelope:
        """Sign the first keyset, once."""
        if (self.folder / "keyset.json").exists():
            return self.kept("keyset")
        rows = tuple(KeysetKey(self.key(key).public_line, who, roles) for key, who, roles in KEYS)
        document = Keyset(
            organisation=self.organisation,
            name=self.name,
            serial=1,
            threshold=1,
            tier="independent",
            independent_only=True,
            previous="",
            keys=rows,
            issued=ms(now),
        )
        return self.keep("keyset", seal(document, self.key("administrator")))

    def statement(self, now: datetime, *, key: str, name: str, site: str) -> Envelope:
        """Sign that this key is this device of ours."""
        document = DeviceStatement(
            organisation=self.organisation,
            keyset=1,
            serial=1,
            key=key,
            name=name,
            site=site,
            tags=(TAG,),
            issued=ms(now),
        )
        return self.keep("device", seal(document, self.key("administrator")))

    def contract(
        self, now: datetime, provider: Provider, user: str, folder: Path, page: str
    ) -> Envelope:
        """Sign what the provider may do on our front-desk machines.

        `page`: `host:port` of the guest registration, as the machine itself reaches it.
        """
        remote = Who(teams=(provider.team,))
        nights = When("Asia/Shanghai", (Window(EVERY_DAY, "23:00", "05:00"),))
        place = (f"{folder}/**",)
        files = (Capability("files.read", place), Capability("files.write", place))
        clauses = (
            Clause(1, (Capability("health"),), clockless=True),
            Clause(2, (Capability("shell.user", (user,)),), who=remote, case_required=True),
            Clause(3, files, who=remote, case_required=True),
            Clause(4, (Capability("reboot"),), who=remote, when=nights, case_required=True),
            Clause(5, (Capability("exec", provider.scripts),), who=remote, case_required=True),
            Clause(6, (Capability("tunnel", (page,)),), who=remote, case_required=True),
        )
        document = Contract(
            organisation=self.organisation,
            keyset=1,
            serial=1,
            title="Remote care of front-desk machines",
            provider=Party(provider.name, provider.grant_keys, provider.log_keys),
            device_tags=(TAG,),
            clauses=clauses,
            notify=("start", "end"),
            effective=ms(now - timedelta(hours=1)),
            expires=ms(now + VALID),
            issued=ms(now),
        )
        return self.keep("contract", seal(document, self.key("administrator")))

    def trust(self) -> Path:
        """Write trust.json: what the customer's own verifier believes."""
        path = self.folder / "trust.json"
        path.write_text(Trust.of([self.kept("keyset")]).to_text(), "utf-8")
        return path

    def keep(self, name: str, envelope: Envelope) -> Envelope:
        """File a signed document."""
        (self.folder / f"{name}.json").write_text(json.dumps(envelope.to_json(), indent=1), "utf-8")
        return envelope

    def kept(self, name: str) -> Envelope:
        """Take a signed document out of the file."""
        return Envelope.from_json(json.loads((self.folder / f"{name}.json").read_text("utf-8")))


def ms(instant: datetime) -> int:
    """Milliseconds since 1970, as documents write instants."""
    return int(instant.timestamp() * 1000)
