"""What the front needs to let a browser sit at a session (`tickets/redeem` of front.md)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reachback.access import queries
from reachback.access.deciding import Matter
from reachback.access.instants import milliseconds
from reachback.access.models import ContractDocument
from reachback.kernel.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Sitter:
    """Who sits down, and what their ticket allows: `open` or `watch`, and which recordings.

    `takes_up`: to go on in this browser with what the same person opened in another.
    """

    id: UUID | None
    name: str
    may: str
    recordings: tuple[str, ...]
    takes_up: bool = False


def seat(
    reader: Actor,
    matter: Matter,
    contract: ContractDocument,
    *,
    session_id: UUID,
    sitter: Sitter,
    expires_at: datetime,
) -> dict[str, Any]:
    """Return the seat: the session, its people and every document that decides there."""
    keysets = queries.keysets(reader, matter.device.organisation_id)
    statement = matter.statement_row
    return {
        "session": str(session_id),
        "device": str(matter.device.id),
        "person": {"id": str(sitter.id), "name": sitter.name},
        "may": [sitter.may],
        "recordings": [str(session_id), *sitter.recordings],
        **({"takes_up": True} if sitter.takes_up else {}),
        "contract": queries.envelope(contract),
        "keyset": queries.envelope(keysets[-1]) if keysets else None,
        "statement": queries.envelope(statement) if statement else None,
        "narrowings": [queries.envelope(each) for each in matter.narrowing_rows],
        "provider_keys": sorted(queries.parsed(contract).provider.grant_keys),
        "expires": milliseconds(expires_at),
    }
