"""Replay, its data, and the export. Whoever looks is written down."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.access import judging, operations, policy, queries
from reachback.access.errors import RecordsKeyMissing, UnknownSession
from reachback.access.instants import instant
from reachback.access.locks import standing
from reachback.access.models import AccessSession
from reachback.access.recordings import cast, folder, story, touched
from reachback.access.recordings.folder import ChannelFiles
from reachback.access.recordings.story import Story
from reachback.access.web.contexts import ReplayPage, SessionsPage
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback.ui.content_policy import TERMINAL_POLICY

_SHOWN = 100


def layout(actor: Actor) -> str:
    """Return the layout this person's pages stand in."""
    return "ui/workspace.html" if actor.is_provider else "ui/portal.html"


def sessions_page(actor: Actor, *, title: str) -> SessionsPage:
    """Compose the library of sessions."""
    found = queries.sessions(actor).filter(started_at__isnull=False)
    return SessionsPage(
        title=title,
        sessions=list(found.filter(state=AccessSession.State.ENDED)[:_SHOWN]),
        live=queries.live(actor, clock.now()),
        locks=standing.standing(actor),
        layout=layout(actor),
        more_url="",
        records_url=_records_url(actor),
        now=clock.now(),
    )


def _records_url(actor: Actor) -> str:
    """Where the actor searches recordings; "" for somebody who does not."""
    if not policy.may_search_records(actor):
        return ""
    return reverse("access:records" if actor.is_provider else "access_portal:records")


@require_safe
@signed_in
def sessions(request: ActorRequest) -> HttpResponse:
    """The library of sessions."""
    page = sessions_page(request.actor, title=_("Sessions"))
    return pages.render(request, "access/sessions.html", page)


# A page makes many connections; the rest is in the download.
_CONNECTIONS = 200


@require_safe
@signed_in
def replay(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Replay a recording, with the verifier's verdict."""
    actor, now = request.actor, clock.now()
    session = queries.session(actor, session_id)
    if session.state != AccessSession.State.ENDED:
        return redirect("access:session", session_id=session_id)
    channels, locked = _channels(session)
    stories = [] if session.target else story.read_all(channels)
    chosen = _chosen(request, stories) if stories else Story()
    files = touched.only(stories)
    operations.view_recording(actor=actor, now=now, session=session, how="replayed")
    page = ReplayPage(
        title=_("Session on %(device)s") % {"device": session.device.name},
        session=session,
        data=_data(session, chosen, _begin(request)),
        commands=[] if files else cast.command_index([chosen])["commands"],
        touches=[(each, instant(each.at)) for each in touched.touches(stories)] if files else [],
        shells=() if files else _shells(stories, chosen),
        connections=list(session.channels.all()[:_CONNECTIONS]) if session.target else [],
        verdict=None if locked else judging.verdict(actor, session, now),
        locked=locked,
        segments=sum(len(each.names) for each in channels),
        size=sum(len(data) for each in channels for data in each.contents),
        words=session.words,
        export_url=reverse("access:export", args=[session.id]),
        cast_url=_cast_url(session, chosen) if chosen.key and not files else "",
        layout=layout(actor),
        now=now,
        crumbs=_crumbs(actor),
    )
    response = pages.render(request, "access/replay.html", page)
    response.headers["Content-Security-Policy"] = TERMINAL_POLICY
    return response


def _channels(session: AccessSession) -> tuple[Sequence[ChannelFiles], str]:
    """The recording; without its key none, and the sentence that says so."""
    try:
        return folder.channels(session.id), ""
    except RecordsKeyMissing as problem:
        return [], problem.sentence


def _crumbs(actor: Actor) -> tuple[tuple[str, str], ...]:
    name = "access:sessions" if actor.is_provider else "access_portal:sessions"
    return ((_("Sessions"), reverse(name)),)


def _number(one: Story) -> str:
    return one.key.rpartition(".")[2]


def _chosen(request: ActorRequest, stories: list[Story]) -> Story:
    """The channel that `?shell=N` names, else the first."""
    wanted = request.GET.get("shell", "")
    return next((each for each in stories if _number(each) == wanted), stories[0])


def _shells(stories: list[Story], chosen: Story) -> Sequence[tuple[str, str, bool]]:
    """Number, address and whether it is shown, of each channel; nothing where there is one."""
    if len(stories) < 2:
        return ()
    numbers = sorted(stories, key=lambda each: int(_number(each) or 0))
    return [(_number(each), f"?shell={_number(each)}", each is chosen) for each in numbers]


def _cast_url(session: AccessSession, chosen: Story) -> str:
    query = f"?shell={_number(chosen)}&download=1"
    return reverse("access:asciicast", args=[session.id]) + query


def _begin(request: ActorRequest) -> int:
    """Where `?at=` says to begin, ms; 0 for the beginning."""
    text = request.GET.get("at", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _data(session: AccessSession, first: Story, begin: int) -> dict[str, Any]:
    query = f"?shell={_number(first)}" if first.key else ""
    site = session.device.site
    length = max(first.ended - first.started, 0)
    return {
        "session": str(session.id),
        "begin_ms": min(begin, length),
        "asciicast": reverse("access:asciicast", args=[session.id]) + query,
        "commands": reverse("access:commands", args=[session.id]) + query,
        "started": first.started,
        "duration_ms": length,
        "columns": first.columns,
        "rows": first.rows,
        "zone": site.zone if site else "UTC",
        "texts": {
            "play": _("Play"),
            "pause": _("Pause"),
            "speed": _("Speed"),
            "skip": _("Skip silence"),
        },
    }


def _stories(request: ActorRequest, session_id: UUID) -> tuple[AccessSession, list[Story]]:
    session = queries.session(request.actor, session_id)
    stories = story.read_all(folder.channels(session.id))
    if not stories:
        raise UnknownSession
    return session, stories


@require_safe
@signed_in
def asciicast(request: ActorRequest, session_id: UUID) -> HttpResponseBase:
    """The recording as asciicast v2."""
    session, stories = _stories(request, session_id)
    chosen = _chosen(request, stories)
    lines: Iterator[str] = cast.asciicast(chosen, session.device.name)
    answer = StreamingHttpResponse(lines, content_type="application/x-asciicast")
    if request.GET.get("download"):
        actor, now = request.actor, clock.now()
        operations.view_recording(actor=actor, now=now, session=session, how="downloaded")
        name = f"{session.device.name}-{session.asked_at:%Y-%m-%d-%H%M}-{_number(chosen)}.cast"
        attached = content_disposition_header(as_attachment=True, filename=name)
        answer["Content-Disposition"] = attached or "attachment"
    return answer


@require_safe
@signed_in
def commands(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """What was entered, and when."""
    _session, stories = _stories(request, session_id)
    return JsonResponse(cast.command_index([_chosen(request, stories)]))


@require_safe
@signed_in
def export(request: ActorRequest, session_id: UUID) -> HttpResponseBase:
    """Download the recording with the documents that prove it."""
    actor, now = request.actor, clock.now()
    session = queries.session(actor, session_id)
    found = judging.exported(actor, session)
    if found is None:
        raise UnknownSession
    operations.view_recording(actor=actor, now=now, session=session, how="exported")
    name = f"{session.device.name}-{session.asked_at:%Y-%m-%d-%H%M}.rbx"
    response = FileResponse([found.content], as_attachment=True, filename=name)
    response["Content-Type"] = "application/x-tar"
    response["Content-Length"] = str(len(found.content))
    return response
