"""What the machine in the hotel asks the provider's operator for, over the admin socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from reachback.access import keys
from reachback.access import queries as access
from reachback.access.operations import publish_contract, publish_keyset, publish_statement
from reachback.access.scripts import texts
from reachback.audit.keys import log_key
from reachback.config.demo.places import Places
from reachback.config.demo.seeding import scripts
from reachback.config.demo.seeding.cast import CUSTOMER, PROVIDER, SITE, TEAM
from reachback.devices import queries as devices
from reachback.devices.operations import make_token
from reachback.kernel import admin, clock
from reachback.kernel.actors import system
from reachback.people import queries as people

OPERATOR = system("demo operator")
DEVICE = "lijiang-frontdesk"


def _lotus() -> UUID:
    """Return the hotel group's id."""
    return people.customers(OPERATOR).get(name=CUSTOMER).id


def facts(_request: dict[str, Any]) -> dict[str, Any]:
    """Answer what a provider tells its customer on paper, and how far an earlier start came."""
    lotus = _lotus()
    row = devices.devices(OPERATOR).filter(name=DEVICE, sample=False).first()
    return {
        "organisation": str(lotus),
        "keyset": bool(access.keysets(OPERATOR, lotus)),
        "enrolled": row is not None,
        "pinned": row is not None and row.pinned,
        "contract": access.running_contract(OPERATOR, lotus) is not None,
        "name": CUSTOMER,
        "site": SITE,
        "provider": PROVIDER,
        "team": TEAM,
        "grant_keys": [keys.grant_key().public_line],
        "log_keys": [log_key().public_line],
        "scripts": _digests(),
    }


def _digests() -> list[str]:
    """Return the digests of the scripts the hotel was asked to allow, and read."""
    service = Places(Path(settings.REACHBACK_DATA)).service
    recipe = [each.text for each in scripts.recipe(service).values()]
    allowed = [each.version.text for each in scripts.samples(service) if each.allowed]
    return [texts.digest(text) for text in (*allowed, *recipe)]


def token(_request: dict[str, Any]) -> dict[str, Any]:
    """Make the enrolment token of the front-desk machine."""
    lotus = _lotus()
    site = people.sites(OPERATOR, lotus).get(name=SITE)
    made = make_token(
        actor=OPERATOR, now=clock.now(), organisation_id=lotus, site_id=site.id, name=DEVICE
    )
    return {"token": made.token}


def device(_request: dict[str, Any]) -> dict[str, Any]:
    """Answer the key the enrolled machine made, for the customer to compare and sign."""
    row = devices.devices(OPERATOR).get(name=DEVICE, sample=False)
    return {"id": str(row.id), "key": row.key, "fingerprint": row.fingerprint}


def keyset(request: dict[str, Any]) -> dict[str, Any]:
    """Take the customer's keyset."""
    document = request["envelope"]
    publish_keyset(actor=OPERATOR, now=clock.now(), organisation_id=_lotus(), document=document)
    return {}


def statement(request: dict[str, Any]) -> dict[str, Any]:
    """Take the customer's statement about its device."""
    document = request["envelope"]
    publish_statement(actor=OPERATOR, now=clock.now(), organisation_id=_lotus(), document=document)
    return {}


def contract(request: dict[str, Any]) -> dict[str, Any]:
    """Take the customer's contract."""
    document = request["envelope"]
    publish_contract(actor=OPERATOR, now=clock.now(), organisation_id=_lotus(), document=document)
    return {}


def register() -> None:
    """Answer these requests on the admin socket."""
    for name, handler in (
        ("facts", facts),
        ("token", token),
        ("device", device),
        ("keyset", keyset),
        ("statement", statement),
        ("contract", contract),
    ):
        admin.handle(f"demo.{name}", handler)
