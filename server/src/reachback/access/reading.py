"""What a customer may read of the provider's scripts: what it signed, and what it was offered.

The library belongs to the provider; a customer sees a version when a contract of its own, in force
or before, names the digest, or when the provider offered it. Nothing else of the library exists.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reachback.access import queries
from reachback.access.errors import NoSuchScript
from reachback.access.models import ContractDocument, ScriptOffer, ScriptVersion
from reachback.kernel.actors import Actor
from reachback.kernel.tenancy import every_organisation
from reachback_wire import documents as wire


@dataclass(frozen=True)
class Naming:
    """A clause of a published contract that names a digest."""

    contract: ContractDocument
    clause: int

    @property
    def in_force(self) -> bool:
        """Whether the contract is the one in force (or waiting to take effect)."""
        return self.contract.state == ContractDocument.State.RUNNING


@dataclass(frozen=True)
class Reading:
    """One text a customer may read. `version` is None where the provider has no such text.

    `namings` are newest first; `offer` is there while the provider offers it.
    """

    digest: str
    version: ScriptVersion | None
    namings: Sequence[Naming]
    offer: ScriptOffer | None

    @property
    def clauses(self) -> Sequence[int]:
        """The clauses of the contract in force that name it."""
        return sorted({each.clause for each in self.namings if each.in_force})

    @property
    def signed_before(self) -> ContractDocument | None:
        """The newest contract that named it, when the one in force does not."""
        return None if self.clauses or not self.namings else self.namings[0].contract


def digests(contract: wire.Contract) -> dict[int, tuple[str, ...]]:
    """Return the digests each clause names, by its number; clauses without scripts left out."""
    found = {
        clause.number: tuple(
            value for each in clause.capabilities if each.name == "exec" for value in each.values
        )
        for clause in contract.clauses
    }
    return {number: values for number, values in found.items() if values}


def namings(actor: Actor, organisation_id: UUID) -> dict[str, list[Naming]]:
    """Every digest the customer's contracts name, newest contract first."""
    found: dict[str, list[Naming]] = defaultdict(list)
    for row in queries.contracts(actor, organisation_id):
        for number, values in digests(queries.parsed(row)).items():
            for value in values:
                found[value].append(Naming(row, number))
    return dict(found)


def offers(actor: Actor, organisation_id: UUID) -> dict[UUID, ScriptOffer]:
    """What is offered to the customer now, by the version's id."""
    found = ScriptOffer.objects.visible_to(actor).filter(
        organisation_id=organisation_id, is_active=True
    )
    return {each.version_id: each for each in found}


def offered_digests(actor: Actor, organisation_id: UUID) -> set[str]:
    """The digests of what is offered to the customer now."""
    with every_organisation(reason="the texts this customer was offered"):
        found = ScriptVersion.objects.filter(id__in=list(offers(actor, organisation_id)))
        return set(found.values_list("digest", flat=True))


def readings(actor: Actor, organisation_id: UUID) -> Sequence[Reading]:
    """Every text the customer may read, by name; a digest nobody has a text for comes last."""
    named, offered = namings(actor, organisation_id), offers(actor, organisation_id)
    with every_organisation(reason="the texts this customer signed or was offered"):
        versions = [
            *ScriptVersion.objects.filter(digest__in=list(named)).select_related("script"),
            *ScriptVersion.objects.filter(id__in=list(offered))
            .exclude(digest__in=list(named))
            .select_related("script"),
        ]
    found = [
        Reading(each.digest, each, named.get(each.digest, []), offered.get(each.id))
        for each in versions
    ]
    found.sort(key=lambda each: (each.version.script.name, -each.version.number))  # type: ignore[union-attr]
    known = {each.digest for each in versions}
    unknown = [Reading(digest, None, named[digest], None) for digest in sorted(named)]
    return [*found, *(each for each in unknown if each.digest not in known)]


def reading(actor: Actor, organisation_id: UUID, script_id: UUID, number: int) -> Reading:
    """One version the customer may read; NoSuchScript for any other."""
    for each in readings(actor, organisation_id):
        row = each.version
        if row is not None and row.script_id == script_id and row.number == number:
            return each
    raise NoSuchScript


def signed_earlier(found: Sequence[Reading], shown: Reading) -> ScriptVersion | None:
    """The newest version of the same script, older and of another text, a contract named."""
    if shown.version is None:
        return None
    older = [
        each.version
        for each in found
        if each.version is not None
        and each.namings
        and each.version.script_id == shown.version.script_id
        and each.version.number < shown.version.number
        and each.digest != shown.digest
    ]
    return max(older, key=lambda each: each.number, default=None)
