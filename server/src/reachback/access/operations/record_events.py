"""Record what the front saw of a session; begin and end it in the case's timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import facts as access_facts
from reachback.access import (
    handing,
    installing,
    outcomes,
    receiving,
    returning,
    session_log,
    telling_cases,
    tellings,
)
from reachback.access.errors import RecordsKeyMissing, UnknownSession
from reachback.access.models import (
    AccessSession,
    Recording,
    ScriptRun,
    SessionChannel,
    SessionEvent,
)
from reachback.access.recordings import folder, story, tunnels, words
from reachback.access.recordings.story import Story
from reachback.access.searching import rows as command_rows
from reachback.devices import hostile, reports
from reachback.kernel import actors, facts

_SYSTEM = actors.system("access.sessions")
#: Ends that are somebody's decision: the session in words says whose.
_TOLD = ("revoked", "recorder-failed", "called-off", "locked")
_ENDINGS = ("ended", "recorder-failed")
_KINDS = frozenset(
    {
        "opened",
        "refused",
        "device-lost",
        "device-back",
        "viewer-joined",
        "viewer-left",
        "detached",
        "returned",
        "taken-up",
        "handed-over",
        "ended",
        "recorder-failed",
        "left",
    }
)


@dataclass(frozen=True)
class _Event:
    id: str
    kind: str
    channel: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class _Told:
    """What the recording tells: stories of every channel, or accounts of a tunnel's by key."""

    stories: list[Story]
    accounts: dict[str, dict[str, Any]]
    entered: bytes | None = None


def record_events(*, now: datetime, session_id: UUID, events: Sequence[Any]) -> int:
    """Keep every event not kept before; return how many were new. Idempotent by event id.

    The recording is read before the transaction begins: no file is read while the writer lock is
    held. Raises UnknownSession.
    """
    found = [each for each in (_read(value, now) for value in events) if each is not None]
    told = _told(session_id, [each for each in found if each.kind in _ENDINGS])
    with transaction.atomic():
        rows: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
        session = rows.select_for_update().filter(id=session_id).first()
        if session is None:
            raise UnknownSession
        new = [each for each in found if _keep(session, each)]
        for event in new:
            _apply(session, event, told, now)
    return len(new)


def _told(session_id: UUID, ended: list[_Event]) -> _Told:
    """Read what the recording says: all of it, of a tunnel what ended just now."""
    if not ended:
        return _Told([], {})
    rows: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
    session = rows.filter(id=session_id).first()
    try:
        if session is not None and session.target:
            keys = {each.channel for each in ended}
            return _Told([], tunnels.accounts(folder.channels(session_id, keys)))
        stories = story.read_all(folder.channels(session_id))
        entered = None if session is None else command_rows.sealed(session, stories)
        return _Told(stories, {}, entered)
    except RecordsKeyMissing:
        return _Told([], {})  # that it ended is kept all the same; the page says what is wrong


def _read(value: object, now: datetime) -> _Event | None:
    if not isinstance(value, dict) or value.get("kind") not in _KINDS:
        return None
    known = {"id", "kind", "channel", "at"}
    data = {
        hostile.text(name, 40): hostile.text(str(each), 300)
        for name, each in list(value.items())[:20]
        if name not in known
    }
    return _Event(
        id=hostile.text(str(value.get("id", "")), 80),
        kind=value["kind"],
        channel=hostile.text(str(value.get("channel") or ""), 80),
        at=reports.instant(value.get("at"), now),
        data=data,
    )


def _keep(session: AccessSession, event: _Event) -> bool:
    data = {"channel": event.channel, **event.data}
    _row, made = SessionEvent.objects.get_or_create(
        session=session,
        event=event.id,
        defaults={"kind": event.kind, "at": event.at, "data": data},
    )
    return made


def _apply(session: AccessSession, event: _Event, told: _Told, now: datetime) -> None:
    if event.kind == "opened":
        _opened(session, event, now)
    elif event.kind in _ENDINGS:
        if event.kind == "recorder-failed":
            _audit(session, "session.recorder_failed", event, now)
        _ended(session, event, told, now)
    elif event.kind == "left":
        _left(session, event, now)
    elif event.kind == "handed-over":
        receiving.receive(session, event.data, now=now)
    elif event.kind in ("detached", "returned", "taken-up"):
        tellings.session_changed(session, "session.presence")
    elif event.kind == "refused":
        _refused(session, event, now)


def _left(session: AccessSession, event: _Event, now: datetime) -> None:
    """The technician's tab was closed long ago; what was still open ends by itself."""
    if returning.waits(session):
        end_waiting(session, event.data.get("sentence", ""), now=now)


def _refused(session: AccessSession, event: _Event, now: datetime) -> None:
    by = "front" if event.data.get("by") == "front" else "device"
    _audit(session, f"session.refused_by_{by}", event, now)
    refused = outcomes.refused(session, event.data.get("sentence", ""), event.at)
    recipe = installing.open_run_of(refused)
    if recipe is not None and refused is not None:
        installing.step_ended(recipe, refused, told=True, now=now)


def _opened(session: AccessSession, event: _Event, now: datetime) -> None:
    returning.stop_waiting(session, now=now)
    if event.channel:
        SessionChannel.objects.get_or_create(
            key=event.channel,
            defaults={
                "session": session,
                "kind": event.data.get("kind", "shell")[:20] or "shell",
                "opened_at": event.at,
            },
        )
    outcomes.began(session, event.at)
    if session.state == AccessSession.State.LIVE:
        return
    session.state = AccessSession.State.LIVE
    session.started_at = session.started_at or event.at
    session.ended_at = None
    session.save(update_fields=["state", "started_at", "ended_at"])
    recordings: QuerySet[Recording] = Recording.objects.visible_to(_SYSTEM)
    recordings.get_or_create(
        organisation_id=session.organisation_id,
        session=session,
        defaults={"started_at": event.at},
    )
    _audit(session, "session.started", event, now)
    if session.planned_for is None:
        telling_cases.session_began(session, now=now)
    else:
        telling_cases.restart_planned(session, session.planned_for, now=now)
    fact = access_facts.SessionStarted(
        session_id=session.id,
        organisation_id=session.organisation_id,
        case_id=session.case_id,
        device_id=session.device_id,
        technician=session.technician.name,
        occurred_at=event.at,
    )
    facts.publish(fact, now=now)
    tellings.session_changed(session, "session.started")


def _ended(session: AccessSession, event: _Event, told: _Told, now: datetime) -> None:
    stories = told.stories
    channels = SessionChannel.objects.filter(session=session, ended_at__isnull=True)
    if event.channel:
        channels = channels.filter(key=event.channel)
    account = told.accounts.get(event.channel, {})
    command_rows.keep(session, told.entered, now=now)
    channels.update(ended_at=event.at, end_code=event.data.get("code", "")[:40], account=account)
    still = SessionChannel.objects.filter(session=session, ended_at__isnull=True).exists()
    if still or session.state == AccessSession.State.ENDED:
        return
    if returning.awaited(session, event.data.get("code", "")):
        session.words = list(_words(session, stories, None))
        session.save(update_fields=["words"])
        returning.wait(session, now=now)
        return
    _finish(session, event, stories, now)


def end_waiting(session: AccessSession, sentence: str, *, now: datetime) -> None:
    """End a session that waits for its restarted device, inside the caller's transaction.

    What was done in it was told when its last shell ended.
    """
    returning.stop_waiting(session, now=now)
    data = {"code": "not-resumed", "sentence": sentence}
    _finish(session, _Event(id="", kind="ended", channel="", at=now, data=data), [], now)


def _finish(session: AccessSession, event: _Event, stories: list[Story], now: datetime) -> None:
    was_live = session.started_at is not None
    session.state = AccessSession.State.ENDED
    session.ended_at = max(event.at, session.started_at or event.at)
    session.end_code = event.data.get("code", event.kind)[:40]
    session.end_sentence = event.data.get("sentence", "")[:300]
    run = outcomes.ended(session, stories)
    if stories or session.target or not session.words:
        session.words = list(_words(session, stories, run)) if was_live else []
    session.save()
    _keep_recording(session, stories)
    _audit(session, "session.ended", event, now)
    recipe = installing.open_run_of(run)
    if was_live:
        telling_cases.session_ended(session, now=now, entry=recipe is None)
    if recipe is not None and run is not None:
        told = outcomes.account(stories) is not None
        installing.step_ended(recipe, run, told=told, now=now)
    fact = access_facts.SessionEnded(
        session_id=session.id,
        organisation_id=session.organisation_id,
        case_id=session.case_id,
        device_id=session.device_id,
        technician=session.technician.name,
        words=tuple(session.words),
        occurred_at=session.ended_at,
    )
    facts.publish(fact, now=now)
    tellings.session_changed(session, "session.ended")


def _words(session: AccessSession, stories: list[Story], run: ScriptRun | None) -> tuple[str, ...]:
    site = session.device.site
    about = words.Session(
        technician=handing.opened_by(session),
        device=session.device.name,
        run_as=session.run_as or _("its own user"),
        clause=session.clause,
        zone=site.zone if site else "UTC",
        started=session.started_at or session.asked_at,
        ended=session.ended_at or session.asked_at,
        script=str(run.version.script) if run else "",
        version=run.version.number if run else 0,
    )
    if session.target:
        accounts = SessionChannel.objects.filter(session=session).values_list("account", flat=True)
        return tunnels.sentences(about, session.target, list(accounts))
    found = words.sentences(about, stories)
    if session.end_code in _TOLD and session.end_sentence:
        found = (*found, session.end_sentence)
    return found


def _keep_recording(session: AccessSession, stories: list[Story]) -> None:
    row = Recording.objects.visible_to(_SYSTEM).filter(session=session).first()
    if row is None:
        return
    row.ended_at = session.ended_at
    length = (session.ended_at or row.started_at) - row.started_at
    row.duration_ms = max(length // timedelta(milliseconds=1), 0)
    if stories:
        row.commands = sum(len(each.commands) for each in stories)
    row.save(update_fields=["ended_at", "duration_ms", "commands"])


def _audit(session: AccessSession, action: str, event: _Event, now: datetime) -> None:
    session_log.record(
        session,
        actor=_technician(session),
        now=now,
        action=action,
        data={"channel": event.channel, **event.data},
    )


def _technician(session: AccessSession) -> actors.Actor:
    person = session.technician
    return actors.Actor(
        kind="person", id=person.id, name=person.name, organisation_id=person.organisation_id
    )
