"""`reachback-keyset`: the customer's keys, and `reachback-device`: its statement about a device."""

from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents.members import Members, malformed, open_document
from reachback_wire.signing import sha256_fingerprint

ROLES: Final = ("sign", "revoke", "approve", "recover")
TIERS: Final = ("independent", "hosted")


@dataclass(frozen=True, slots=True)
class KeysetKey:
    """One key of the customer: public line, whose it is, what it may do."""

    key: str
    name: str
    roles: tuple[str, ...]

    @classmethod
    def read(cls, members: Members) -> "KeysetKey":
        found = cls(members.key("key"), members.filled("name"), members.texts("roles", ROLES))
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        return {"key": self.key, "name": self.name, "roles": list(self.roles)}


@dataclass(frozen=True, slots=True)
class Keyset:
    """The customer's keys at one serial; `previous` is the digest of the keyset before."""

    TYPE: ClassVar[str] = "reachback-keyset"
    organisation: str
    name: str
    serial: int
    threshold: int
    tier: str
    independent_only: bool
    previous: str
    keys: tuple[KeysetKey, ...]
    issued: int

    @classmethod
    def parse(cls, body: str) -> "Keyset":
        members = open_document(body, cls.TYPE)
        found = cls(
            organisation=members.filled("organisation"),
            name=members.filled("name"),
            serial=members.integer("serial", least=1),
            threshold=members.integer("threshold", least=1, most=16),
            tier=members.choice("tier", TIERS),
            independent_only=members.boolean("independent_only"),
            previous=members.digest("previous", empty=True),
            keys=tuple(KeysetKey.read(item) for item in members.inners("keys")),
            issued=members.integer("issued"),
        )
        members.finish()
        found._check()
        return found

    def _check(self) -> None:
        if len({item.key for item in self.keys}) != len(self.keys):
            malformed("A key stands twice in the keyset.")
        if len(self.with_role("sign")) < self.threshold:
            malformed("The keyset has fewer signing keys than its threshold.")
        if (self.serial == 1) != (not self.previous):
            malformed("Only the first keyset has no previous one.")

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "name": self.name,
            "serial": self.serial,
            "threshold": self.threshold,
            "tier": self.tier,
            "independent_only": self.independent_only,
            "previous": self.previous,
            "keys": [item.to_value() for item in self.keys],
            "issued": self.issued,
        }
        return canonical.dumps(value)

    def with_role(self, *roles: str) -> frozenset[str]:
        """Give the public lines of the keys that have one of the roles."""
        return frozenset(item.key for item in self.keys if set(roles) & set(item.roles))

    @property
    def fingerprint(self) -> str:
        """What `enrol --customer-keys` is given: `SHA256:` and base64 over the body."""
        return keyset_fingerprint(self.to_body())


def keyset_fingerprint(body: str) -> str:
    """Fingerprint a keyset's body as people compare it."""
    return sha256_fingerprint(body.encode())


@dataclass(frozen=True, slots=True)
class DeviceStatement:
    """The customer's word that `key` is its device `name` at `site` with these tags."""

    TYPE: ClassVar[str] = "reachback-device"
    organisation: str
    keyset: int
    serial: int
    key: str
    name: str
    site: str
    tags: tuple[str, ...]
    issued: int

    @classmethod
    def parse(cls, body: str) -> "DeviceStatement":
        members = open_document(body, cls.TYPE)
        found = cls(
            organisation=members.filled("organisation"),
            keyset=members.integer("keyset", least=1),
            serial=members.integer("serial", least=1),
            key=members.key("key"),
            name=members.filled("name"),
            site=members.text("site"),
            tags=members.texts("tags"),
            issued=members.integer("issued"),
        )
        members.finish()
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "keyset": self.keyset,
            "serial": self.serial,
            "key": self.key,
            "name": self.name,
            "site": self.site,
            "tags": list(self.tags),
            "issued": self.issued,
        }
        return canonical.dumps(value)
