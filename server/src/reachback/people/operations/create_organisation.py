"""Create an organisation."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from reachback.audit.operations import record
from reachback.kernel import tenancy
from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback.people import errors, policy
from reachback.people.models import Organisation


def create_organisation(  # noqa: PLR0913 - an organisation has that many sides
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    name: str,
    slug: str = "",
    zone: str = "UTC",
    language: str = "en",
    sample: bool = False,
) -> Organisation:
    """A provider (once), a customer or a partner. Raises MayNotManage, AlreadyTaken."""
    if not policy.may_add_organisations(actor):
        raise errors.MayNotManage
    created = Organisation(
        kind=kind,
        name=name.strip()[:120],
        slug=slug or slugify(name)[:60] or f"organisation-{new_id().hex[-12:]}",
        zone=zone,
        language=language,
        sample=sample,
    )
    try:
        with transaction.atomic():
            with tenancy.every_organisation(reason="the name must be unique in the installation"):
                created.full_clean(validate_unique=False, validate_constraints=False)
                created.save(force_insert=True)
            record(
                actor=actor,
                now=now,
                action="organisation.created",
                organisation_id=created.id,
                subject_kind="organisation",
                subject_id=created.id,
                subject_label=created.name,
                data={"kind": created.kind},
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(created.name) from error
    return created
