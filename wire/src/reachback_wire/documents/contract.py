"""`reachback-contract`: what the customer allows, written and signed by the customer."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents.capability import Capability
from reachback_wire.documents.members import Members, malformed, open_document

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MFA: Final = ("any", "totp", "passkey")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DATE: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True, slots=True)
class Party:
    """The provider or one of its partners: a name and the keys that sign its grants."""

    name: str
    grant_keys: tuple[str, ...]
    log_keys: tuple[str, ...] = ()

    @classmethod
    def read(cls, members: Members, *, logs: bool) -> "Party":
        keys = members.keys("log_keys") if logs else ()
        found = cls(members.filled("name"), members.keys("grant_keys"), keys)
        members.finish()
        return found

    def to_value(self, *, logs: bool) -> dict[str, object]:
        value: dict[str, object] = {"name": self.name, "grant_keys": list(self.grant_keys)}
        return value | ({"log_keys": list(self.log_keys)} if logs else {})


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a clause allows: teams (asserted), technicians' keys (proved), kind of sign-in."""

    teams: tuple[str, ...] = ()
    technicians: tuple[str, ...] = ()
    mfa: str = "any"

    @classmethod
    def read(cls, members: Members) -> "Who":
        found = cls(members.texts("teams"), members.keys("technicians"), members.choice("mfa", MFA))
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        return {"teams": list(self.teams), "technicians": list(self.technicians), "mfa": self.mfa}


@dataclass(frozen=True, slots=True)
class Window:
    """Days and wall-clock times; a `to` not after `from` crosses midnight."""

    days: tuple[str, ...]
    start: str
    end: str

    @classmethod
    def read(cls, members: Members) -> "Window":
        found = cls(members.texts("days", DAYS), members.text("from"), members.text("to"))
        members.finish()
        if not (_TIME.fullmatch(found.start) and _TIME.fullmatch(found.end)):
            malformed("A window's times are written HH:MM.")
        return found

    def to_value(self) -> dict[str, object]:
        return {"days": list(self.days), "from": self.start, "to": self.end}


@dataclass(frozen=True, slots=True)
class When:
    """Windows in the customer's zone; `dates` are the holidays when those are refused."""

    zone: str
    windows: tuple[Window, ...]
    holidays: str = "allowed"
    dates: tuple[str, ...] = ()

    @classmethod
    def read(cls, members: Members) -> "When":
        found = cls(
            zone=members.filled("zone"),
            windows=tuple(Window.read(item) for item in members.inners("windows")),
            holidays=members.choice("holidays", ("allowed", "refused")),
            dates=members.texts("dates") if members.has("dates") else (),
        )
        members.finish()
        if not _ZONE.fullmatch(found.zone):
            malformed("A zone is written like Europe/Oslo.")
        if not all(map(_DATE.fullmatch, found.dates)):
            malformed("A holiday is written YYYY-MM-DD.")
        if (found.holidays == "refused") != bool(found.dates):
            malformed("Holidays that are refused are listed in “dates”, and only those.")
        return found

    def to_value(self) -> dict[str, object]:
        value: dict[str, object] = {
            "zone": self.zone,
            "windows": [item.to_value() for item in self.windows],
            "holidays": self.holidays,
        }
        return value | ({"dates": list(self.dates)} if self.dates else {})


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """How many people must approve the exact request, and for how long their yes holds.

    `keys` empty: whoever has the role `approve` in the newest keyset.
    """

    needed: int
    keys: tuple[str, ...]
    expires_minutes: int

    @classmethod
    def read(cls, members: Members) -> "ApprovalRule":
        found = cls(
            members.integer("needed", least=1, most=16),
            members.keys("keys"),
            members.integer("expires_minutes", least=1, most=525_600),
        )
        members.finish()
        if found.keys and len(found.keys) < found.needed:
            malformed("A clause needs more approvals than it names keys.")
        return found

    def to_value(self) -> dict[str, object]:
        keys = list(self.keys)
        return {"needed": self.needed, "keys": keys, "expires_minutes": self.expires_minutes}


@dataclass(frozen=True, slots=True)
class Clause:
    """One permission: what, who, when and under which conditions."""

    number: int
    capabilities: tuple[Capability, ...]
    who: Who = Who()
    when: When | None = None
    approval: ApprovalRule | None = None
    consent: str = "none"
    case_required: bool = False
    on_cut: str = "freeze"
    clockless: bool = False
    emergency: bool = False

    @classmethod
    def read(cls, members: Members) -> "Clause":
        members.choice("effect", ("allow",))
        when = members.optional_inner("when")
        approval = members.optional_inner("approval")
        found = cls(
            number=members.integer("number", least=1, most=10_000),
            capabilities=tuple(map(Capability.read, members.inners("capabilities"))),
            who=Who.read(members.inner("who")),
            when=When.read(when) if when else None,
            approval=ApprovalRule.read(approval) if approval else None,
            consent=members.choice("consent", ("none", "attended")),
            case_required=members.boolean("case_required"),
            on_cut=members.choice("on_cut", ("freeze", "kill")),
            clockless=members.boolean("clockless"),
            emergency=members.boolean("emergency"),
        )
        members.finish()
        return found

    def to_value(self) -> dict[str, object]:
        return {
            "number": self.number,
            "effect": "allow",
            "capabilities": [item.to_value() for item in self.capabilities],
            "who": self.who.to_value(),
            "when": self.when.to_value() if self.when else None,
            "approval": self.approval.to_value() if self.approval else None,
            "consent": self.consent,
            "case_required": self.case_required,
            "on_cut": self.on_cut,
            "clockless": self.clockless,
            "emergency": self.emergency,
        }

    @property
    def implies_everything(self) -> bool:
        return any(item.implies_everything for item in self.capabilities)


@dataclass(frozen=True, slots=True)
class Freshness:
    """After how many hours without the customer's word only health runs; 0 = never."""

    hours: int = 0
    source: str = "none"

    @classmethod
    def read(cls, members: Members) -> "Freshness":
        hours = members.integer("hours", most=8_760)
        found = cls(hours, members.choice("source", ("customer", "none")))
        members.finish()
        if (found.hours == 0) != (found.source == "none"):
            malformed("A freshness of 0 hours has the source “none”, and only that.")
        return found

    def to_value(self) -> dict[str, object]:
        return {"hours": self.hours, "source": self.source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The whole contract; its place in time is `order` = (keyset, serial)."""

    TYPE: ClassVar[str] = "reachback-contract"
    organisation: str
    keyset: int
    serial: int
    title: str
    provider: Party
    clauses: tuple[Clause, ...]
    effective: int
    expires: int
    issued: int
    partners: tuple[Party, ...] = ()
    device_keys: tuple[str, ...] = ()
    device_tags: tuple[str, ...] = ()
    recording: str = "required"
    freshness: Freshness = Freshness()
    notify: tuple[str, ...] = ()
    language: str = "en"

    @classmethod
    def parse(cls, body: str) -> "Contract":
        members = open_document(body, cls.TYPE)
        devices = members.inner("devices")
        found = cls(
            organisation=members.filled("organisation"),
            keyset=members.integer("keyset", least=1),
            serial=members.integer("serial", least=1),
            title=members.filled("title"),
            provider=Party.read(members.inner("provider"), logs=True),
            partners=tuple(Party.read(item, logs=False) for item in members.inners("partners")),
            device_keys=devices.keys("keys"),
            device_tags=devices.texts("tags"),
            clauses=tuple(map(Clause.read, members.inners("clauses"))),
            recording=members.choice("recording", ("required", "optional")),
            freshness=Freshness.read(members.inner("freshness")),
            notify=members.texts("notify", ("start", "end", "refusal")),
            effective=members.integer("effective"),
            expires=members.integer("expires"),
            issued=members.integer("issued"),
            language=members.filled("language"),
        )
        devices.finish()
        members.finish()
        numbers = [clause.number for clause in found.clauses]
        if numbers != sorted(set(numbers)):
            malformed("Clauses are numbered upwards, each number once.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "organisation": self.organisation,
            "keyset": self.keyset,
            "serial": self.serial,
            "title": self.title,
            "provider": self.provider.to_value(logs=True),
            "partners": [item.to_value(logs=False) for item in self.partners],
            "devices": {"keys": list(self.device_keys), "tags": list(self.device_tags)},
            "clauses": [item.to_value() for item in self.clauses],
            "recording": self.recording,
            "freshness": self.freshness.to_value(),
            "notify": list(self.notify),
            "effective": self.effective,
            "expires": self.expires,
            "issued": self.issued,
            "language": self.language,
        }
        return canonical.dumps(value)

    @property
    def order(self) -> tuple[int, int]:
        return (self.keyset, self.serial)

    @property
    def grant_keys(self) -> frozenset[str]:
        """Every key that may sign grants: the provider's and its partners'."""
        parties = (self.provider, *self.partners)
        return frozenset(key for party in parties for key in party.grant_keys)
