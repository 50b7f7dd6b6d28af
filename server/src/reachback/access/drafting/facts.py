"""What the server knows that a draft is filled with and judged by."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.access import keys, queries, reading
from reachback.access.drafting import mistakes, templates
from reachback.access.drafting.shapes import Value
from reachback.access.instants import milliseconds
from reachback.access.models import ContractDocument, CustomerKeyset
from reachback.audit.keys import log_key
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor, system
from reachback.people import queries as people
from reachback_wire import documents as wire

_SYSTEM = system("access.drafting")


@dataclass(frozen=True)
class Pinned:
    """A device the customer has vouched for."""

    key: str
    name: str
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The customer's documents and things, as its administrator sees them."""

    organisation_id: UUID
    organisation_name: str
    zone: str
    running: ContractDocument | None
    contract: wire.Contract | None
    keyset_row: CustomerKeyset | None
    keyset: wire.Keyset | None
    provider: Value
    pinned: tuple[Pinned, ...]
    teams: tuple[str, ...]
    readings: tuple[reading.Reading, ...]
    now: int

    def spoken(self, words: str) -> str:
        """The words, with the names the provider gives its scripts beside their digests."""
        for each in self.readings:
            short = f"{each.digest[:19]}…"
            if each.version is not None and short in words:
                name = f"“{each.version.script.name}” ({each.digest[7:13]}…)"
                words = words.replace(short, name)
        return words

    @property
    def devices(self) -> dict[str, str]:
        """Names of the vouched-for devices, by key."""
        return {each.key: each.name for each in self.pinned}

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag of a vouched-for device."""
        return tuple(sorted({tag for each in self.pinned for tag in each.tags}))

    @property
    def known(self) -> mistakes.Known:
        """What remarks are made by."""
        approvers = self.keyset.with_role("approve") if self.keyset else frozenset()
        return mistakes.Known(
            devices=self.devices,
            tags=frozenset(self.tags),
            teams=frozenset(self.teams),
            scripts=frozenset(each.digest for each in self.readings if each.version is not None),
            approvers=frozenset(approvers),
            now=self.now,
        )

    @property
    def facts(self) -> templates.Facts:
        """What a template is filled with."""
        usual = self.contract.clauses if self.contract else ()
        named = [team for clause in usual for team in clause.who.teams]
        return templates.Facts(
            provider=self.provider,
            team=next(iter([*named, *self.teams]), ""),
            zone=self.zone,
            tags=self.tags,
            scripts=tuple(
                each.digest
                for each in self.readings
                if each.version is not None and (each.offer is not None or each.clauses)
            ),
            now=self.now,
        )

    @property
    def next_serial(self) -> int:
        """The serial of the contract that comes after every one published."""
        return (self.contract.serial if self.contract else 0) + 1


def surroundings(actor: Actor, organisation_id: UUID, now: datetime) -> Surroundings:
    """Gather what a draft of this customer is about."""
    row = queries.running_contract(actor, organisation_id)
    keysets = queries.keysets(actor, organisation_id)
    contract = None if row is None else queries.parsed(row)
    newest = keysets[-1] if keysets else None
    zones = [site.zone for site in people.sites(actor, organisation_id)[:1]]
    return Surroundings(
        organisation_id=organisation_id,
        organisation_name=people.organisation(actor, organisation_id).name,
        zone=zones[0] if zones else actor.zone,
        running=row,
        contract=contract,
        keyset_row=newest,
        keyset=None if newest is None else wire.Keyset.parse(newest.body),
        provider=_provider(contract),
        pinned=tuple(_pinned(actor, organisation_id)),
        teams=tuple(people.teams(_SYSTEM).values_list("name", flat=True).order_by("name")),
        readings=tuple(reading.readings(actor, organisation_id)),
        now=milliseconds(now),
    )


def _pinned(actor: Actor, organisation_id: UUID) -> list[Pinned]:
    """The devices the customer has vouched for, with the tags of its statements."""
    found = devices.devices(actor).filter(
        organisation_id=organisation_id, pinned=True, sample=False
    )
    rows = found.order_by("name").values_list("key", "name", "tags")
    return [Pinned(key, name, tuple(tags)) for key, name, tags in rows]


def _provider(contract: wire.Contract | None) -> Value:
    """The party the contract is with: as signed last, else what this server says of itself."""
    if contract is not None:
        return contract.provider.to_value(logs=True)
    owner = people.provider()
    return {
        "name": owner.name if owner else "",
        "grant_keys": [keys.grant_public_line()],
        "log_keys": [log_key().public_line],
    }
