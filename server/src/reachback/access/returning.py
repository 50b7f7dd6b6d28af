"""Sessions that go on although nothing is open in them.

A session whose device restarts waits for it: its technician goes on in a new shell. A page opened
in the browser makes connections and drops them as it likes.
"""

from datetime import datetime, timedelta

from reachback.access.models import AccessSession, SessionChannel
from reachback.kernel import timers

#: A channel's end with one of these codes is the device's restart (link.md).
_CODES = frozenset({"rebooting", "rebooted"})
#: How a connection of a page may end while its session goes on.
_CONNECTION_CODES = frozenset(
    {"ended", "closed", "reset", "dns", "connect", "target-refused", "channel-lost"}
)
#: CLOSE of a page's connections when somebody ended the session.
_PAGE_ENDED = "session-ended"
TIMER = "access.not_resumed"
#: How long a session waits for somebody to go on.
PATIENCE = timedelta(minutes=45)


def awaited(session: AccessSession, code: str) -> bool:
    """Whether the session goes on after this end of its last channel."""
    if session.in_browser:
        return code in _CONNECTION_CODES | _CODES and session.state == AccessSession.State.LIVE
    shell = any(str(name).startswith("shell.") for name in session.capabilities)
    return code in _CODES and shell and session.state == AccessSession.State.LIVE


def waits(session: AccessSession) -> bool:
    """Whether it waits at this moment: it is live, and nothing is open in it."""
    open_channels = SessionChannel.objects.filter(session=session, ended_at__isnull=True)
    return session.state == AccessSession.State.LIVE and not open_channels.exists()


def ended_code(session: AccessSession) -> str:
    """The code of the CLOSE that ends all of it."""
    return _PAGE_ENDED if session.in_browser else "ended"


def _key(session: AccessSession) -> str:
    return f"{TIMER}:{session.id}"


def wait(session: AccessSession, *, now: datetime) -> None:
    """Wait, at most until the grant is over; the front says when a page's tab was closed."""
    latest = session.expires_at if session.in_browser else now + PATIENCE
    due = max(now, min(session.expires_at, latest))
    payload = {"session": str(session.id)}
    timers.schedule(kind=TIMER, key=_key(session), due=due, payload=payload, now=now)


def stop_waiting(session: AccessSession, *, now: datetime) -> None:
    """Something was opened in it again, or it is over."""
    timers.cancel(key=_key(session), now=now)
