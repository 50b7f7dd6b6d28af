"""Channels of kind `attach`: a running shell goes to a colleague, under a grant of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reachback_connector.helper.channels import ChannelBook, ChannelRecord
from reachback_wire.admission import Admission
from reachback_wire.decisions import Decision
from reachback_wire.handing import Tenure, check_attach, over
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock


def living(channels: ChannelBook, ch: int, admission: Admission, clock: Clock) -> ChannelRecord:
    """The shell that is asked for, when it may change hands. Refusal."""
    wish, grant = admission.wish, admission.grant
    record = channels.get(wish.channel)
    if record is None or record.kind != "shell" or not channels.lives(record):
        raise over()
    if record.ch != ch:
        raise Refusal("malformed", "The shell has another channel number.")
    tenure = record.held
    if tenure is None:
        raise Refusal("unknown-kind", "An older connector opened this shell: it stays where it is.")
    check_attach(grant, wish, tenure, clock)
    return record


def attach(
    channels: ChannelBook, record: ChannelRecord, admission: Admission, decision: Decision
) -> dict[str, Any]:
    """Hand it over: the holder testifies to it before the next key. The value of OPENED. Refusal.

    The record knows the new grant before the holder does: a helper that is killed in between still
    signs the receipts the holder asks for.
    """
    wish, grant, digest = admission.wish, admission.grant, admission.grant_digest
    expires = min(decision.expires or grant.expires, grant.expires)
    known = replace(record, grants=(*record.grants, record.grant, digest))
    channels.add(known)
    facts = {
        "grant": digest,
        "technician": grant.technician.name,
        "run_as": str(wish.parameters["run_as"]),
        "offer": wish.parameters["offer"],
    }
    taken = {"facts": facts, "expires": expires, "on_cut": decision.on_cut}
    offset = channels.attach(record, taken)
    if offset is None:
        channels.add(record)
        raise over()
    channels.add(
        replace(
            known,
            grant=digest,
            on_cut=decision.on_cut,
            expires=expires,
            granted=tuple(grant.capabilities),
            tenure=Tenure.of(grant, wish).to_json(),
        )
    )
    return {
        "key": record.key,
        "kind": record.kind,
        "sentence": decision.sentence,
        "clause": decision.clause,
        "on_cut": decision.on_cut,
        "expires": expires,
        "recording": decision.recording,
        "input": offset,
    }
