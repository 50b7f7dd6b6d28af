"""Run a script of the library on a device: check the answers, connect, write down what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import library, queries
from reachback.access.deciding import EXEC
from reachback.access.errors import AccessRefused
from reachback.access.models import Script, ScriptRun, ScriptVersion
from reachback.access.operations.connect import Connected, ConnectRequest, connect
from reachback.access.scripts import parameters as typed
from reachback.access.scripts.parameters import Parameter
from reachback.audit.operations import record
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What a technician asks to run. `given` is what was typed, by the parameters' names.

    `step` is said by a recipe alone: a part of one is not run by itself.
    """

    device_id: UUID
    script_id: UUID
    number: int
    session_key: str
    case_id: UUID | None = None
    run_as: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    mfa: str = ""
    step: str = ""


def run_script(*, actor: Actor, now: datetime, request: RunRequest) -> Connected:
    """Mint a grant for one run of this version with these answers.

    Raises ArgumentsRefused with a sentence for each field, NoSuchScript, and what `connect` raises.
    """
    version = library.version(actor, request.script_id, request.number)
    device = devices.device(actor, request.device_id)
    if not version.script.is_active:
        raise AccessRefused("script-retired", _("This script is retired."))
    if version.script.purpose != (request.step or Script.Purpose.SCRIPT):
        words = _("This is one step of a recipe: run the recipe, which begins with its check.")
        raise AccessRefused("parameter-refused", words)
    arguments = typed.arguments([Parameter.of(each) for each in version.parameters], request.given)
    made = connect(
        actor=actor,
        now=now,
        request=ConnectRequest(
            device_id=device.id,
            session_key=request.session_key,
            case_id=request.case_id,
            run_as=request.run_as,
            capability=EXEC,
            mfa=request.mfa,
            script=version.digest,
        ),
    )
    with transaction.atomic():
        run = ScriptRun.objects.create(
            organisation_id=device.organisation_id,
            session_id=made.session_id,
            version=version,
            device_id=device.id,
            case_id=request.case_id,
            person_id=actor.id,
            run_as=queries.session(actor, made.session_id).run_as,
            arguments=arguments,
            asked_at=now,
        )
        _record(actor, now, run, version)
    return made


def _record(actor: Actor, now: datetime, run: ScriptRun, version: ScriptVersion) -> None:
    record(
        actor=actor,
        now=now,
        action="script.run_asked",
        organisation_id=run.organisation_id,
        subject_kind="script",
        subject_id=version.script_id,
        subject_label=version.script.name,
        data={
            "version": version.number,
            "digest": version.digest,
            "session": str(run.session_id),
            "arguments": typed.said(run.arguments)[:1000],
        },
        also_organisation_ids=(actor.organisation_id,) if actor.organisation_id else (),
    )


def execution(run: ScriptRun) -> dict[str, Any]:
    """Return the OPEN's parameters for the run (documents.md): what the session key signs."""
    version = run.version
    return {
        "run_as": run.run_as,
        "script": version.digest,
        "size": version.size,
        "interpreter": version.interpreter,
        "arguments": run.arguments,
        "time_limit": version.time_limit,
        "output_limit": version.output_limit,
    }
