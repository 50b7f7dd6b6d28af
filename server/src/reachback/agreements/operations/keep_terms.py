"""Keep terms word for word, once however often they are used."""

from datetime import datetime
from uuid import UUID

from reachback.agreements.models import KeptTerms
from reachback.agreements.terms import Terms, digest, write


def keep_terms(*, terms: Terms, now: datetime) -> UUID:
    """The id of the kept document equal to `terms`; no audit row, the case's own names it."""
    document = write(terms)
    row, _created = KeptTerms.objects.get_or_create(
        digest=digest(document), defaults={"document": document, "kept_at": now}
    )
    return row.id
