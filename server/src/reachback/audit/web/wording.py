"""Acts in words a reader understands, from what each room says of its own actions."""

from collections.abc import Iterable
from uuid import UUID

from reachback.audit import slots
from reachback.audit.models import AuditRow
from reachback.audit.web.contexts import Line

_REASONS = ("reason", "why", "sentence", "case", "cause")


def words_for(action: str) -> str:
    """Return the words a room registered for its action, else the action itself, spelt apart."""
    for table in slots.action_words.answers():
        if action in table:
            return str(table[action])
    return action.replace(".", " ").replace("_", " ")


def names_of(organisation_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return what these organisations are called, as far as anybody knows."""
    wanted = {each for each in organisation_ids if each is not None}
    found: dict[UUID, str] = {}
    for answer in slots.organisation_names.answers():
        found |= answer(wanted)
    return found


def reason_in(data: object) -> str:
    """Return why it was done, if the act said so."""
    if not isinstance(data, dict):
        return ""
    return next((str(data[name]) for name in _REASONS if data.get(name)), "")


def lines(rows: Iterable[AuditRow]) -> tuple[Line, ...]:
    """Return the rows in words."""
    kept = list(rows)
    names = names_of(row.actor_organisation_id for row in kept)
    return tuple(line(row, names) for row in kept)


def line(row: AuditRow, names: dict[UUID, str]) -> Line:
    """Return one row in words."""
    of = row.actor_organisation_id
    return Line(
        id=row.id,
        at=row.occurred_at,
        who=row.actor_name,
        kind=row.actor_kind,
        of="" if of is None else names.get(of, ""),
        did=words_for(row.action),
        action=row.action,
        what=row.subject_label,
        what_kind=row.subject_kind,
        why=reason_in(row.data),
    )


def details(data: object) -> tuple[tuple[str, str], ...]:
    """Return the act's data as names and texts."""
    if not isinstance(data, dict):
        return ()
    return tuple((str(name).replace("_", " "), _text(value)) for name, value in data.items())


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(item)}" for name, item in value.items())
    return "" if value is None else str(value)
