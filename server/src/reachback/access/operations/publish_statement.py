"""Publish the customer's statement about a device."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access import delivering, governing, policy, queries
from reachback.access.errors import MayNotGovern
from reachback.devices import queries as device_queries
from reachback.devices.operations import keep_statement
from reachback.devices.operations.keep_statement import VerifiedStatement
from reachback.kernel.actors import Actor
from reachback_wire.documents import DeviceStatement, Keyset


def publish_statement(
    *, actor: Actor, now: datetime, organisation_id: UUID, document: object
) -> UUID:
    """Keep a signed device statement and pin its device; return the device's id.

    Raises MayNotGovern, DocumentRefused, or devices' UnknownDevice.
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    given = governing.envelope(document)
    with transaction.atomic():
        known = [Keyset.parse(row.body) for row in queries.keysets(actor, organisation_id)]
        claimed = governing.statement_of(given)
        newest = device_queries.newest_statement_serial(actor, claimed.key, claimed.keyset)
        statement = governing.check_statement(given, known, newest)
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
