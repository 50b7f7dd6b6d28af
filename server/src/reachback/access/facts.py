"""What happened in access, for the rooms above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from reachback.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SessionStarted(Fact):
    """A technician is on a device."""

    KIND: ClassVar[str] = "access.session_started"
    session_id: UUID
    organisation_id: UUID
    case_id: UUID | None
    device_id: UUID
    technician: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Fact):
    """The session is over; `words` tells what was done."""

    KIND: ClassVar[str] = "access.session_ended"
    session_id: UUID
    organisation_id: UUID
    case_id: UUID | None
    device_id: UUID
    technician: str
    words: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccessWasRefused(Fact):
    """Somebody asked for what the contract does not allow."""

    KIND: ClassVar[str] = "access.refused"
    organisation_id: UUID
    device_id: UUID
    technician: str
    code: str
    sentence: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(Fact):
    """A customer revoked all access."""

    KIND: ClassVar[str] = "access.revoked"
    organisation_id: UUID
    asked_by: str
    occurred_at: datetime
