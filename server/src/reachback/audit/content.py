"""What a leaf commits to: the canonical text of a row, and the cleaning that makes it possible."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from reachback_wire import canonical

if TYPE_CHECKING:
    from reachback.audit.models import AuditRow


class NotRecordable(TypeError):
    """`data` of an audit row holds something with no exact JSON form, such as a float."""


def clean_text(text: str, longest: int) -> str:
    """Return `text` fit for keeping: NFC, no NUL, no lone surrogates, at most `longest` long."""
    sound = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return unicodedata.normalize("NFC", sound)[:longest]


def clean_data(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return `value` as JSON with clean texts; UUIDs and instants become text.

    Raises NotRecordable for floats and for types that have no JSON form.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= canonical.MAX_INTEGER else str(value)
    if isinstance(value, (str, UUID)):
        return clean_text(str(value), 10_000)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {clean_text(str(key), 200): clean_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean_data(item) for item in value]
    msg = f"{type(value).__name__} cannot be kept in the audit log"
    raise NotRecordable(msg)


def whole_milliseconds(moment: datetime) -> datetime:
    """Return the instant without its microseconds below a millisecond: what the leaf commits to."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """Return the instant as whole milliseconds since 1970 UTC."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def leaf_content(row: AuditRow) -> bytes:
    """Return the canonical text (docs/protocols/documents.md) that the row's leaf commits to."""
    return canonical.dumps(
        {
            "type": "reachback-audit",
            "version": 1,
            "id": str(row.id),
            "occurred": milliseconds(row.occurred_at),
            "action": row.action,
            "actor": {
                "kind": row.actor_kind,
                "id": str(row.actor_id or ""),
                "name": row.actor_name,
                "organisation": str(row.actor_organisation_id or ""),
            },
            "organisation": str(row.organisation_id),
            "subject": {"kind": row.subject_kind, "id": row.subject_id, "label": row.subject_label},
            "data": row.data,
        }
    ).encode()
