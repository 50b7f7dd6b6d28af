"""Write down what this process endured while it could not write."""

from datetime import UTC, datetime

from django.db import DatabaseError, transaction

from reachback.audit.operations.record import record
from reachback.kernel import actors, troubles

_SENTENCES = {
    "database.locked": "Another writer held the database for too long. What waited was asked "
    "again by whoever wanted it written.",
    "database.slow": "A writer waited long for the database, and then was served.",
}


def record_troubles(*, now: datetime) -> int:
    """Record each kind of trouble in the installation's own log; return how many there were.

    What cannot be written yet is kept for the next time; the database's error is raised again.
    """
    found = troubles.take()
    if not found:
        return 0
    try:
        with transaction.atomic():
            for each in found:
                _record(each, now)
    except DatabaseError:
        for each in found:
            troubles.keep(each)
        raise
    return len(found)


def _record(trouble: troubles.Trouble, now: datetime) -> None:
    record(
        actor=actors.system("kernel.database"),
        now=now,
        action=trouble.kind,
        organisation_id=None,
        subject_kind="installation",
        subject_id="database",
        subject_label="database",
        data={
            "sentence": _SENTENCES.get(trouble.kind, ""),
            "since": trouble.since.astimezone(UTC),
            "until": trouble.until.astimezone(UTC),
            "count": trouble.count,
            "longest_ms": trouble.longest_ms,
        },
    )
