"""The contract as a letter, for the provider's people and for the customer; revoke and publish."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access import governing, operations, policy, queries, reading, rounds
from reachback.access.errors import DocumentRefused, MayNotGovern
from reachback.access.models import ContractDocument, CustomerKeyset
from reachback.access.web import clauses
from reachback.access.web.contexts import ContractPage, KeyLine, PublishPage
from reachback.access.web.recordings import layout
from reachback.devices.errors import UnknownDevice
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages
from reachback_wire import documents as wire
from reachback_wire import sentences, signing

_LARGEST = 512 * 1024


def _keys(keyset: CustomerKeyset | None) -> list[KeyLine]:
    if keyset is None:
        return []
    return [
        KeyLine(
            name=key.name,
            roles=sentences.listed(key.roles),
            fingerprint=signing.fingerprint(key.key),
        )
        for key in wire.Keyset.parse(keyset.body).keys
    ]


def _signers(row: ContractDocument, keyset: CustomerKeyset | None) -> list[KeyLine]:
    lines = {signing.signer(each) for each in governing.kept(row).signatures}
    marks = {signing.fingerprint(line) for line in lines}
    return [each for each in _keys(keyset) if each.fingerprint in marks]


def _provider_keys(contract: wire.Contract | None) -> list[KeyLine]:
    if contract is None:
        return []
    pairs = [(key, _("signs grants")) for key in contract.provider.grant_keys]
    pairs += [(key, _("signs the log")) for key in contract.provider.log_keys]
    name = contract.provider.name
    return [
        KeyLine(name=name, roles=role, fingerprint=signing.fingerprint(key)) for key, role in pairs
    ]


def _unsigned(actor: Actor, organisation_id: UUID, contract: wire.Contract | None) -> int:
    """How many scripts are offered to the customer that its contract does not name."""
    named = {} if contract is None else reading.digests(contract)
    signed = {digest for values in named.values() for digest in values}
    return len(reading.offered_digests(actor, organisation_id) - signed)


def contract_page(actor: Actor, organisation_id: UUID, now: datetime) -> ContractPage:
    """Compose the contract's page."""
    organisation = people.organisation(actor, organisation_id)
    history = queries.contracts(actor, organisation_id)
    row = queries.running_contract(actor, organisation_id)
    contract = None if row is None else queries.parsed(row)
    older = [each for each in history if row is not None and each.id != row.id]
    before = queries.parsed(older[0]) if older else None
    keysets = queries.keysets(actor, organisation_id)
    keyset = keysets[-1] if keysets else None
    standing = queries.standing_narrowings(actor, organisation_id, row)
    revoking = [each for each in standing if each.effect == "revoke-all"]
    return ContractPage(
        title=row.title if row else _("Contract"),
        organisation_name=organisation.name,
        contract=row,
        clauses=[] if contract is None else clauses.lines(contract, before),
        removed=[] if contract is None else clauses.removed(contract, before),
        provider_name=contract.provider.name if contract else "",
        devices=sentences.device_words(contract) if contract else "",
        freshness=contract.freshness.hours if contract else 0,
        keys=_keys(keyset),
        provider_keys=_provider_keys(contract),
        signers=_signers(row, keyset) if row else [],
        keyset=keyset,
        history=history,
        narrowings=standing,
        revoked=bool(revoking),
        customer_revoked=any(each.author == "customer" for each in revoking),
        live=len(queries.live_sessions(actor).filter(organisation_id=organisation_id)),
        offered=_unsigned(actor, organisation_id, contract),
        may_govern=policy.may_govern(actor, organisation_id),
        revoke_command="reachback sign revoke.toml --key YOUR_REVOKE_KEY",
        layout=layout(actor),
        now=now,
        rounds=rounds.open_rounds(actor, organisation_id),
        drafting=rounds.is_drafting(actor, organisation_id),
    )


@require_safe
@signed_in
def provider_contract(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """A customer's contract, as the provider's people see it."""
    people.organisation(request.actor, organisation_id)
    if not request.actor.is_provider:
        own(request.actor)  # a customer's members do not read the contract by this address either
    page = contract_page(request.actor, organisation_id, clock.now())
    return pages.render(request, "access/contract.html", page)


def own(actor: Actor) -> UUID:
    """Return the customer's own organisation; raise MayNotGovern for everybody else."""
    if actor.is_provider or actor.organisation_id is None:
        raise MayNotGovern
    if not policy.may_govern(actor, actor.organisation_id):
        raise MayNotGovern
    return actor.organisation_id


@require_safe
@signed_in
def portal_contract(request: ActorRequest) -> HttpResponse:
    """The customer's own contract."""
    page = contract_page(request.actor, own(request.actor), clock.now())
    return pages.render(request, "access/contract.html", page)


@require_POST
@signed_in
def revoke(request: ActorRequest) -> HttpResponse:
    """Take every right away, at once."""
    organisation_id = own(request.actor)
    operations.revoke(
        actor=request.actor,
        now=clock.now(),
        organisation_id=organisation_id,
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("All access is revoked. Nobody can connect."))
    return redirect("access_portal:contract")


@require_POST
@signed_in
def allow_again(request: ActorRequest) -> HttpResponse:
    """Give back what the Revoke button took."""
    organisation_id = own(request.actor)
    lifted = operations.lift_revocation(
        actor=request.actor, now=clock.now(), organisation_id=organisation_id
    )
    if lifted:
        messages.success(request, _("The contract applies again."))
    return redirect("access_portal:contract")


_PUBLISHERS: dict[str, Callable[..., UUID]] = {
    "reachback-keyset": operations.publish_keyset,
    "reachback-device": operations.publish_statement,
    "reachback-contract": operations.publish_contract,
    "reachback-narrow": operations.publish_narrowing,
}


def _publish(request: ActorRequest, text: str) -> None:
    given = governing.envelope(text)
    try:
        kind: Any = json.loads(given.body).get("type")
    except (ValueError, AttributeError) as error:
        raise DocumentRefused("malformed", _("This is not a signed document.")) from error
    publisher = _PUBLISHERS.get(str(kind))
    if publisher is None:
        raise DocumentRefused("unknown", _("Documents of this kind are not published here."))
    publisher(
        actor=request.actor,
        now=clock.now(),
        organisation_id=own(request.actor),
        document=text,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def publish(request: ActorRequest) -> HttpResponse:
    """Publish a keyset, a device statement, a contract or a narrowing the customer signed."""
    own(request.actor)
    error, text = "", ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        raw = upload.read(_LARGEST).decode("utf-8", "replace") if upload else ""
        text = raw or request.POST.get("document", "")[:_LARGEST]
        try:
            _publish(request, text)
        except (DocumentRefused, UnknownDevice) as refused:
            error = refused.sentence
        else:
            messages.success(request, _("The document is published and in force."))
            return redirect("access_portal:contract")
    page = PublishPage(
        title=_("Publish a signed document"), error=error, text=text, now=clock.now()
    )
    return pages.render(request, "access/publish.html", page, status=400 if error else 200)
