"""What came of a run, from the device's own account (link.md, EXEC). In the caller's transaction.

The device may be hostile: every member is checked and shortened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reachback.access.instants import instant
from reachback.access.models import AccessSession, ScriptRun
from reachback.access.recordings.story import Story
from reachback.devices import hostile
from reachback.kernel import actors

_SYSTEM = actors.system("access.sessions")
_DIGEST = len("sha256:") + 64
_MOST = 2**53 - 1
_STATUS = 2**31 - 1


def of(session: AccessSession) -> ScriptRun | None:
    """The session's run, if it was held for one."""
    found = ScriptRun.objects.visible_to(_SYSTEM).filter(session=session)
    row: ScriptRun | None = found.select_related("version", "version__script").first()
    return row


def began(session: AccessSession, at: datetime) -> None:
    """The device opened the channel."""
    run = of(session)
    if run is not None and run.state == ScriptRun.State.ASKED:
        run.state = ScriptRun.State.RUNNING
        run.began_at = at
        run.save(update_fields=["state", "began_at"])


def refused(session: AccessSession, sentence: str, at: datetime) -> ScriptRun | None:
    """Front or device said no; a grant for a run is good for one, so nothing follows.

    Return the run, if it was this that ended it.
    """
    run = of(session)
    if run is not None and run.state == ScriptRun.State.ASKED:
        run.state = ScriptRun.State.REFUSED
        run.sentence = hostile.text(sentence, 300)
        run.ended_at = at
        run.save(update_fields=["state", "sentence", "ended_at"])
        return run
    return None


def ended(session: AccessSession, stories: Sequence[Story]) -> ScriptRun | None:
    """Keep what the device testified; without its account only that the run is over is known."""
    run = of(session)
    if run is None or session.started_at is None:
        return run
    run.state = ScriptRun.State.ENDED
    run.ended_at = session.ended_at
    run.reason = hostile.text(session.end_code, 40)
    told = account(stories)
    if told is not None:
        _keep(run, told)
    run.save()
    return run


def account(stories: Sequence[Story]) -> Mapping[str, Any] | None:
    """Return what the device says of the run; None when it said nothing."""
    return next((each.script for each in stories if each.script is not None), None)


def _keep(run: ScriptRun, told: Mapping[str, Any]) -> None:
    run.began_at = _instant(told.get("began")) or run.began_at
    run.ended_at = _instant(told.get("ended")) or run.ended_at
    status = told.get("status")
    known = isinstance(status, int) and not isinstance(status, bool)
    run.status = hostile.whole_number(status, -_STATUS, _STATUS, 0) if known else None
    run.signal = hostile.text(told.get("signal"), 20)
    run.reason = hostile.text(told.get("reason"), 40)
    run.output_bytes, run.output_digest = _written(told.get("stdout"))
    run.error_bytes, run.error_digest = _written(told.get("stderr"))


def _instant(value: object) -> datetime | None:
    number = hostile.whole_number(value, 0, _MOST, 0)
    return instant(number) if number else None


def _written(value: object) -> tuple[int, str]:
    facts = value if isinstance(value, dict) else {}
    size = hostile.whole_number(facts.get("bytes"), 0, _MOST, 0)
    return size, hostile.text(facts.get("sha256"), _DIGEST)
