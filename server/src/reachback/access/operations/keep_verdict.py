"""Keep what the verifier said of a recording, under the digest of what it read."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access.models import Verdict
from reachback.access.verifier.verdict import Verdict as Found


def keep_verdict(*, now: datetime, recording_id: UUID, content: str, found: Found) -> Verdict:
    """Write the verdict; the same content is judged once."""
    with transaction.atomic():
        row, _made = Verdict.objects.get_or_create(
            recording_id=recording_id,
            content=content,
            defaults={
                "whole": found.whole,
                "sentence": found.sentence[:1000],
                "details": list(found.details),
                "checked_at": now,
            },
        )
    return row
