"""Telling open pages that a case changed. Nudges only: they may be lost and never cause a write.

The provider's agents get the changed row, rendered once; the customer's people get only the
case's number when something they may read changed, and their page asks for the rest itself.
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases.models import Case, Entry
from reachback.cases.rows import JOINS, row, views_of
from reachback.cases.templatetags.case_rows import row_html
from reachback.kernel.nudges import PROVIDER, Nudge, publish

TOPIC = "queue"
EVENT = "case"


def changed(case: Case, entries: Sequence[Entry], *, created: bool) -> None:
    """Hand out the nudges of one change; they leave when the transaction commits."""
    fresh = Case.objects.marked_scoped().select_related(*JOINS).get(pk=case.pk)
    line = row(fresh)
    data: dict[str, object] = {
        "case": str(case.id),
        "number": case.number,
        "version": case.version,
        "views": views_of(line),
    }
    if created and line.flagged:
        data["title"] = _("Urgent: %(subject)s") % {"subject": line.subject}
    publish(
        Nudge(
            topic=TOPIC,
            event=EVENT,
            audience=frozenset({PROVIDER, f"{PROVIDER}:{case.organisation_id}"}),
            html=lambda: row_html(line, now=case.updated_at),
            data=data,
        )
    )
    if created or any(entry.visible_to_customer for entry in entries):
        tell_customer(case.organisation_id, case.id, case.number, case.version)


def tell_customer(organisation_id: UUID, case_id: UUID, number: int, version: int) -> None:
    """The customer's pages: no words, only which case to ask for again."""
    publish(
        Nudge(
            topic="portal-cases",
            event=EVENT,
            audience=frozenset({f"org:{organisation_id}"}),
            data={"case": str(case_id), "number": number, "version": version},
        )
    )
