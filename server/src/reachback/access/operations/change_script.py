"""Change what a script is called, or its text: another text is another version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import library, policy
from reachback.access.errors import MayNotKeepScripts, NoSuchScript, ScriptNameTaken
from reachback.access.models import Script, ScriptVersion
from reachback.access.operations.create_script import description, keep_version
from reachback.access.scripts.versions import NewVersion, columns
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.kernel.errors import Conflict


def change_script(  # noqa: PLR0913 - a script has that many sides
    *,
    actor: Actor,
    now: datetime,
    script_id: UUID,
    based_on: int,
    name: str,
    version: NewVersion,
    about: str = "",
    purpose: str = Script.Purpose.SCRIPT,
) -> Script:
    """Save what differs; a new version is made only where its text, parameters or limits do.

    `based_on` is the version the change was written from: Conflict when there is a newer one.
    Raises MayNotKeepScripts, NoSuchScript, ScriptRefused, ScriptNameTaken too.
    """
    library.script(actor, script_id)
    if not policy.may_keep_scripts(actor):
        raise MayNotKeepScripts
    described = description(name, about, purpose)
    values = columns(version)
    try:
        with transaction.atomic():
            row = _locked(actor, script_id)
            _check_base(row, based_on)
            changed = _describe(row, described)
            made = _new_version(actor, now, row, version, values)
            if changed or made:
                _record(actor, now, row, changed, made)
    except IntegrityError as error:
        raise ScriptNameTaken(described["name"]) from error
    return row


def _locked(actor: Actor, script_id: UUID) -> Script:
    found: QuerySet[Script] = Script.objects.visible_to(actor)
    row = found.select_for_update().filter(id=script_id).first()
    if row is None:
        raise NoSuchScript
    return row


def _check_base(row: Script, based_on: int) -> None:
    if row.latest != based_on:
        words = _("Version %(n)s was made meanwhile. Look at it, then write yours again.")
        raise Conflict("script-changed", words % {"n": row.latest})


def _describe(row: Script, described: dict[str, str]) -> list[str]:
    changed = sorted(name for name, value in described.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, described[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _new_version(
    actor: Actor, now: datetime, row: Script, new: NewVersion, values: dict[str, Any]
) -> ScriptVersion | None:
    present = library.version(actor, row.id, row.latest)
    if all(getattr(present, name) == value for name, value in values.items()):
        return None
    row.latest += 1
    row.save(update_fields=["latest"])
    return keep_version(actor, now, row, row.latest, new, values)


def _record(
    actor: Actor, now: datetime, row: Script, changed: list[str], made: ScriptVersion | None
) -> None:
    data: dict[str, Any] = {"fields": changed}
    if made is not None:
        data |= {"version": made.number, "digest": made.digest}
    record(
        actor=actor,
        now=now,
        action="script.version_made" if made else "script.described",
        organisation_id=row.organisation_id,
        subject_kind="script",
        subject_id=row.id,
        subject_label=row.name,
        data=data,
    )
