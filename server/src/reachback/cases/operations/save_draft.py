"""Keep on the server what a person is typing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.cases import policy, text
from reachback.cases.errors import BadEntry, CaseNotFound, MayNot
from reachback.cases.models import Draft
from reachback.cases.statuses import WRITTEN_KINDS
from reachback.cases.visibility import visible_cases
from reachback.kernel.actors import Actor


def save_draft(*, actor: Actor, now: datetime, case_id: UUID, kind: str, body: str) -> None:
    """Keep the draft; empty text forgets it. No audit row: a draft is nobody else's business.

    Raises CaseNotFound, MayNot, BadEntry.
    """
    if kind not in WRITTEN_KINDS or len(body) > text.MAX_BODY:
        raise BadEntry(_("This draft cannot be kept."), field="body")
    with transaction.atomic():
        case = visible_cases(actor).filter(pk=case_id).first()
        if case is None:
            raise CaseNotFound(_("There is no such case."), number=case_id)
        if actor.id is None or not policy.may_write(actor, case, kind):
            raise MayNot(_("You may not write on this case."), action="case.draft_saved")
        drafts = Draft.objects.visible_to(actor)
        if not body.strip():
            drafts.filter(case_id=case_id, person_id=actor.id, kind=kind).delete()
            return
        drafts.update_or_create(
            case_id=case_id,
            person_id=actor.id,
            kind=kind,
            defaults={
                "body": text.body(body),
                "updated_at": now,
                "organisation_id": case.organisation_id,
            },
        )
