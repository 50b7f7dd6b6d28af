"""From a draft to what its pages show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.access import rounds
from reachback.access.drafting import comparing, facts, mistakes, shapes, table
from reachback.access.drafting.facts import Surroundings
from reachback.access.drafting.shapes import Value
from reachback.access.errors import NoDraft
from reachback.access.instants import instant
from reachback.access.models import ContractDraft
from reachback.access.web import clauses as lines
from reachback.access.web.contexts import ClauseLine, KeyLine
from reachback.access.web.drafting.contexts import DraftClause, EditorPage
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire
from reachback_wire import sentences, signing


def draft_of(actor: Actor, organisation_id: UUID) -> ContractDraft:
    """The customer's draft; raises NoDraft."""
    found: QuerySet[ContractDraft] = ContractDraft.objects.visible_to(actor)
    row = found.filter(organisation_id=organisation_id).first()
    if row is None:
        raise NoDraft
    return row


def crumbs(*further: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """The way back to the contract."""
    return [(_("Contract"), reverse("access_portal:contract")), *further]


def draft_clause(
    given: Value, contract: wire.Contract, around: Surroundings, changes: Sequence[comparing.Change]
) -> DraftClause:
    """One clause with its sentence, remarks and what differs."""
    number = int(given["number"])
    sound = next((each for each in contract.clauses if each.number == number), None)
    return DraftClause(
        number=number,
        line=None if sound is None else spoken(lines.line(sound, contract), around),
        remarks=mistakes.of_clause(given, around.known),
        changes=[each for each in changes if each.clause == number],
    )


def spoken(line: ClauseLine, around: Surroundings) -> ClauseLine:
    """The line with scripts called by their names."""
    return replace(line, sentence=around.spoken(line.sentence), acts=around.spoken(line.acts))


def asked(contract: wire.Contract, around: Surroundings) -> table.Table:
    """The table of who could do what, with scripts called by their names."""
    found = table.table(contract, around.now)
    called = [replace(each, may=around.spoken(each.may)) for each in found.lines]
    return replace(found, lines=called)


def differences(contract: wire.Contract, around: Surroundings) -> Sequence[comparing.Change]:
    """What differs from the contract in force, with scripts called by their names."""
    if around.contract is None:
        return ()
    found = comparing.changes(around.contract, contract)
    return [replace(each, sentence=around.spoken(each.sentence)) for each in found]


def only(contract: wire.Contract, number: int) -> wire.Contract:
    """The contract with this clause alone."""
    found = tuple(each for each in contract.clauses if each.number == number)
    return replace(contract, clauses=found)


def editor(actor: Actor, organisation_id: UUID, now: datetime) -> EditorPage:
    """Compose the editor; raises NoDraft."""
    draft = draft_of(actor, organisation_id)
    around = facts.surroundings(actor, organisation_id, now)
    value: Value = draft.value
    contract = shapes.sound_contract(value, organisation=str(organisation_id), now=around.now)
    before = around.contract
    changes = differences(contract, around)
    found = mistakes.remarks(value, around.known)
    numbers = {int(each["number"]) for each in shapes.clauses(value)}
    effective = int(value.get("effective") or 0)
    return EditorPage(
        title=_("Write the contract"),
        draft=draft,
        organisation_name=around.organisation_name,
        provider_name=contract.provider.name,
        provider_keys=provider_keys(contract),
        devices=sentences.device_words(contract),
        covered=covered(contract, around),
        begins=instant(effective) if effective > around.now else None,
        ends=instant(max(int(value.get("expires") or 0) - 1, 0)),
        freshness=contract.freshness.hours,
        recorded=contract.recording == "required",
        notify=sentences.listed(contract.notify),
        clauses=[draft_clause(each, contract, around, changes) for each in shapes.clauses(value)],
        remarks=[each for each in found if each.clause == 0],
        whole=[each for each in changes if each.clause == 0],
        gone=[each for each in changes if each.clause and each.clause not in numbers],
        running=around.running,
        moved_on=bool(around.running and draft.based_on not in ("", around.running.digest)),
        table=asked(contract, around),
        faulty=sum(each.mistake for each in found),
        widens=comparing.widens(before, contract),
        threshold=around.keyset.threshold if around.keyset else 0,
        next_number=shapes.next_number(value),
        rounds=rounds.open_rounds(actor, organisation_id),
        crumbs=crumbs(),
        now=now,
    )


def covered(contract: wire.Contract, around: Surroundings) -> Sequence[str]:
    """The names of the vouched-for devices the contract is about, today."""
    return [
        each.name
        for each in around.pinned
        if set(each.tags) & set(contract.device_tags) or each.key in contract.device_keys
    ]


def provider_keys(contract: wire.Contract) -> Sequence[KeyLine]:
    """The provider's keys, for comparing with what it gave on paper."""
    pairs = [(key, _("signs grants")) for key in contract.provider.grant_keys]
    pairs += [(key, _("signs the log")) for key in contract.provider.log_keys]
    name = contract.provider.name
    return [
        KeyLine(name=name, roles=role, fingerprint=signing.fingerprint(key)) for key, role in pairs
    ]
