"""One run on the record: what was asked, what came of it, and what it wrote."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from reachback.access import library, operations, queries
from reachback.access.models import AccessSession
from reachback.access.recordings import folder, output, story
from reachback.access.web.recordings import layout
from reachback.access.web.scripts.contexts import RunPage
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def run(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """The record of a run; while it is live, its session's page. Whoever reads is written down."""
    actor = request.actor
    found = library.run(actor, run_id)
    session = queries.session(actor, found.session_id)
    if session.state == AccessSession.State.LIVE:
        return redirect("access:session", session_id=session.id)
    operations.view_recording(actor=actor, now=clock.now(), session=session, how="read")
    stories = story.read_all(folder.channels(session.id))
    pieces, shortened = output.pieces(stories)
    page = RunPage(
        title=found.version.script.name,
        run=found,
        session=session,
        pieces=pieces,
        shortened=shortened,
        seconds=_seconds(found.began_at, found.ended_at),
        layout=layout(actor),
        now=clock.now(),
    )
    return pages.render(request, "access/scripts/run.html", page)


def _seconds(began: datetime | None, ended: datetime | None) -> str:
    """How long it ran, by the device's own clock; "" when it did not run."""
    if began is None or ended is None:
        return ""
    return f"{max((ended - began).total_seconds(), 0):.1f}"
