"""Publish the customer's statement about a device."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access import delivering, governing, policy, queries
from reachback.access.errors import MayNotGovern
from reachback.access.refusing import recorded_refusal
from reachback.devices import queries as device_queries
from reachback.devices.operations import keep_statement
from reachback.devices.operations.keep_statement import VerifiedStatement
from reachback.kernel.actors import Actor
from reachback_wire.documents import DeviceStatement


def publish_statement(
    *, actor: Actor, now: datetime, organisation_id: UUID, document: object
) -> UUID:
    """Keep a signed device statement and pin its device; return the device's id.

    Raises MayNotGovern, DocumentRefused, or devices' UnknownDevice.
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    with (
        recorded_refusal(actor=actor, now=now, organisation_id=organisation_id, kind="statement"),
        transaction.atomic(),
    ):
        given = governing.envelope(document)
        statement = governing.read(given, DeviceStatement)
        newest = device_queries.statement_of_key(actor, organisation_id, statement.key)
        keysets = queries.keysets(actor, organisation_id)
        earlier = [newest] if newest else []
        governing.check(governing.trust_of(keysets, earlier, statement.key), given)
        device_id = keep_statement(
            actor=actor,
            now=now,
            organisation_id=organisation_id,
            statement=VerifiedStatement(
                key=statement.key,
                keyset_serial=statement.keyset,
                serial=statement.serial,
                name=statement.name,
                tags=statement.tags,
                body=given.body,
                signatures=given.signatures,
                digest=given.digest,
            ),
        )
    envelope = {"id": given.digest, "kind": DeviceStatement.TYPE, **given.to_json()}
    delivering.send_documents([device_id], [envelope])
    return device_id
