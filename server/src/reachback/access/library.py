"""Reads of the script library and of what was run. Each starts from what the actor may see."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q, QuerySet

from reachback.access import policy
from reachback.access.errors import NoSuchScript
from reachback.access.models import Script, ScriptRun, ScriptVersion
from reachback.kernel.actors import Actor


def newest(
    actor: Actor, search: str = "", *, retired: bool = False, parts: bool = False
) -> "QuerySet[ScriptVersion]":
    """The newest version of every script, by name; `search` looks in name, purpose and digests.

    Steps of recipes are left out, unless `parts` asks for them alone.
    """
    found: QuerySet[ScriptVersion] = ScriptVersion.objects.visible_to(actor)
    found = found.filter(number=F("script__latest")).select_related("script")
    alone = Q(script__purpose=Script.Purpose.SCRIPT)
    found = found.filter(~alone if parts else alone)
    if not retired:
        found = found.filter(script__is_active=True)
    words = search.strip()[:100]
    if words:
        found = found.filter(_matching(words))
    return found.order_by("-script__is_active", "script__name")


def _matching(words: str) -> Q:
    match = Q(script__name__icontains=words) | Q(script__about__icontains=words)
    digest = words.lower().removeprefix("sha256:")
    if len(digest) >= 6 and set(digest) <= set("0123456789abcdef"):
        match |= Q(digest__startswith=f"sha256:{digest}")
    return match


def script(actor: Actor, script_id: UUID) -> Script:
    """One script; NoSuchScript if it is not there or not the actor's to see."""
    found: Script | None = Script.objects.visible_to(actor).filter(id=script_id).first()
    if found is None:
        raise NoSuchScript
    return found


def versions(actor: Actor, script_id: UUID) -> Sequence[ScriptVersion]:
    """Every version of a script, newest first."""
    found: QuerySet[ScriptVersion] = ScriptVersion.objects.visible_to(actor)
    return list(found.filter(script_id=script_id).select_related("script"))


def version(actor: Actor, script_id: UUID, number: int | None = None) -> ScriptVersion:
    """One version of a script, the newest unless a number says otherwise; NoSuchScript."""
    found: QuerySet[ScriptVersion] = ScriptVersion.objects.visible_to(actor)
    wanted = F("script__latest") if number is None else number
    row = found.filter(script_id=script_id, number=wanted).select_related("script").first()
    if row is None:
        raise NoSuchScript
    return row


def runs(actor: Actor) -> "QuerySet[ScriptRun]":
    """Every run the actor may see, newest first."""
    found: QuerySet[ScriptRun] = ScriptRun.objects.visible_to(actor)
    return found.select_related(
        "version", "version__script", "device", "device__site", "person", "case", "session"
    )


def run(actor: Actor, run_id: UUID) -> ScriptRun:
    """One run, for those who may see its session; NoSuchScript for everybody else."""
    found = runs(actor).filter(id=run_id).first()
    if found is None or not policy.may_see_sessions(
        actor, found.organisation_id, found.device.site_id
    ):
        raise NoSuchScript
    return found


def run_of_session(actor: Actor, session_id: UUID) -> ScriptRun | None:
    """The run a session was held for; None for shells, files and tunnels."""
    return runs(actor).filter(session_id=session_id).first()
