"""Put a script into the library, with its first version."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import policy
from reachback.access.errors import MayNotKeepScripts, ScriptNameTaken, ScriptRefused
from reachback.access.models import Script, ScriptVersion
from reachback.access.scripts.versions import NewVersion, columns
from reachback.audit.operations import record
from reachback.kernel.actors import Actor

NAME, ABOUT = 80, 300  # characters


def create_script(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    name: str,
    version: NewVersion,
    about: str = "",
    purpose: str = Script.Purpose.SCRIPT,
) -> Script:
    """Write it and its version 1. Raises MayNotKeepScripts, ScriptRefused, ScriptNameTaken.

    `organisation_id` is the provider's.
    """
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    described = description(name, about, purpose)
    values = columns(version)
    try:
        with transaction.atomic():
            row: Script = Script.objects.create(organisation_id=organisation_id, **described)
            made = keep_version(actor, now, row, 1, version, values)
            record(
                actor=actor,
                now=now,
                action="script.created",
                organisation_id=organisation_id,
                subject_kind="script",
                subject_id=row.id,
                subject_label=row.name,
                data={"version": 1, "digest": made.digest},
            )
    except IntegrityError as error:
        raise ScriptNameTaken(described["name"]) from error
    return row


def description(name: str, about: str, purpose: str) -> dict[str, str]:
    """Return the columns that say what a script is for. Raises ScriptRefused."""
    found = name.strip()[:NAME]
    if not found:
        raise ScriptRefused("name", _("A script has a name."))
    if purpose not in Script.Purpose.values:
        raise ScriptRefused("purpose", _("Choose what the script is for."))
    return {"name": found, "about": about.strip()[:ABOUT], "purpose": purpose}


def keep_version(
    actor: Actor,
    now: datetime,
    row: Script,
    number: int,
    new: NewVersion,
    values: dict[str, object],
) -> ScriptVersion:
    """Insert a version inside the caller's transaction."""
    made = ScriptVersion(
        script=row,
        number=number,
        note=new.note.strip()[:300],
        author_id=actor.id if actor.kind == "person" else None,
        author_name=actor.name[:120],
        made_at=now,
        **values,
    )
    made.save(force_insert=True)
    return made
