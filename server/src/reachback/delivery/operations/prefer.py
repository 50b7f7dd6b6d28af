"""Say whether one wants a kind of message on a channel, or on the open page."""

from datetime import datetime

from django.db import transaction

from reachback.audit.operations import record
from reachback.delivery.errors import NotAPerson, UnknownChannel
from reachback.delivery.models import Preference, Way
from reachback.kernel.actors import Actor


def prefer(*, actor: Actor, now: datetime, kind: str, channel: str, wanted: bool) -> None:
    """One's own preference. Raises NotAPerson, UnknownChannel."""
    if actor.kind != "person" or actor.id is None:
        raise NotAPerson
    if channel not in Way:
        raise UnknownChannel(channel)
    with transaction.atomic():
        Preference.objects.update_or_create(
            person_id=actor.id, kind=kind[:60], channel=channel, defaults={"wanted": wanted}
        )
        record(
            actor=actor,
            now=now,
            action="delivery.preference_set",
            organisation_id=actor.organisation_id,
            subject_kind="person",
            subject_id=actor.id,
            subject_label=actor.name,
            data={"kind": kind[:60], "channel": channel, "wanted": wanted},
        )
