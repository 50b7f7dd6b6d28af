"""The words, signs and tones behind the template tags: pure, tested by value."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.template import Context
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reachback.kernel import clock

FLIPPING_ICONS: Final = frozenset(
    {"left", "right", "back", "forward", "reply", "undo", "redo", "sign-in", "sign-out", "send"}
)

AMBER_BELOW: Final = 0.25
"""A due time turns amber when less than this share of its time is left (or 30 minutes)."""

SOON: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Mark:
    """A sign, its word and its tone; tone is empty, red, amber, green, blue or violet."""

    icon: str
    word: str | Promise
    tone: str = ""


MARKS: Final[dict[str, Mark]] = {
    "breached": Mark("warning", _("Breached"), "red"),
    "urgent": Mark("urgent", _("Urgent"), "red"),
    "failing": Mark("error", _("Failing"), "red"),
    "refused": Mark("ban", _("Refused"), "red"),
    "revoked": Mark("revoke", _("Revoked"), "red"),
    "altered": Mark("error", _("Altered"), "red"),
    "due-soon": Mark("due", _("Due soon"), "amber"),
    "waiting": Mark("pause", _("Waiting"), "amber"),
    "offline": Mark("disconnect", _("Not linked"), "amber"),
    "on-demand": Mark("clock", _("On demand")),
    "narrowed": Mark("lock", _("Narrowed"), "amber"),
    "warning": Mark("warning", _("Attention"), "amber"),
    "unpinned": Mark("shield-off", _("Unpinned"), "amber"),
    "recovered": Mark("ok", _("Recovered"), "green"),
    "healthy": Mark("ok", _("Healthy"), "green"),
    "resolved": Mark("ok", _("Resolved"), "green"),
    "verified": Mark("verdict", _("Verified"), "green"),
    "signed": Mark("signature", _("Signed"), "green"),
    "delivered": Mark("check", _("Delivered"), "green"),
    "new": Mark("new", _("New"), "blue"),
    "open": Mark("case", _("Open"), "blue"),
    "yours": Mark("person", _("Yours"), "blue"),
    "live": Mark("live", _("Live"), "blue"),
    "live-session": Mark("session", _("Live session"), "violet"),
    "closed": Mark("check", _("Closed")),
    "draft": Mark("edit", _("Draft")),
    "sample": Mark("demo", _("Sample")),
    "proved": Mark("shield", _("Proved"), "green"),
    "asserted": Mark("signature", _("Asserted")),
    "hosted": Mark("globe", _("Hosted signature")),
    "independent": Mark("key", _("Independent signature"), "green"),
    "skill": Mark("skill", _("Skill")),
    "role": Mark("person", _("Role")),
    "widens": Mark("plus", _("Widens"), "amber"),
    "narrows": Mark("lock", _("Narrows"), "green"),
    "plain": Mark("", ""),
}

PRIORITIES: Final[dict[int, Mark]] = {
    1: Mark("urgent", _("Urgent"), "red"),
    2: Mark("high", _("High"), "amber"),
    3: Mark("normal", _("Normal")),
    4: Mark("low", _("Low")),
}


def mark(kind: str) -> Mark:
    """The mark of `kind`; an unknown kind is shown as its own plain word, never an error page."""
    return MARKS.get(kind, Mark("", kind))


def priority(level: int) -> Mark:
    """The mark of a priority 1 (urgent) to 4 (low)."""
    return PRIORITIES.get(level, PRIORITIES[4])


def now_of(context: Context) -> datetime:
    """The page's own `now` when its context has one, so that one page shows one instant."""
    stated = context.get("now")
    return stated if isinstance(stated, datetime) else clock.now()


def span(duration: timedelta) -> str:
    """A length of time in one or two short units: `45 s`, `12 min`, `3 h 20 min`, `5 d`."""
    seconds = int(abs(duration).total_seconds())
    if seconds < 60:
        return gettext("%(n)d s") % {"n": seconds}
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return gettext("%(n)d min") % {"n": minutes}
    if hours < 24:
        rest = minutes % 60
        whole = gettext("%(n)d h") % {"n": hours}
        return f"{whole} {gettext('%(n)d min') % {'n': rest}}" if rest and hours < 10 else whole
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `12 min ago`, `in 3 h`, `5 days ago`."""
    distance = now - moment
    if abs(distance) < timedelta(seconds=45):
        return gettext("just now")
    words = {"span": span(distance)}
    past = distance > timedelta(0)
    return gettext("%(span)s ago") % words if past else gettext("in %(span)s") % words


@dataclass(frozen=True)
class Due:
    """What a due bar shows: the words, the share left in whole percent, the tone."""

    words: str
    percent: int
    tone: str


def due(moment: datetime, start: datetime | None, now: datetime) -> Due:
    """How much of the time from `start` to `moment` is left at `now`."""
    left = moment - now
    if left <= timedelta(0):
        return Due(gettext("%(span)s over") % {"span": span(left)}, 100, "red")
    whole = moment - start if start is not None else timedelta(hours=24)
    share = min(1.0, left / whole) if whole > timedelta(0) else 0.0
    tone = "amber" if share < AMBER_BELOW or left < SOON else ""
    return Due(gettext("%(span)s left") % {"span": span(left)}, max(2, round(share * 100)), tone)


def initials(name: str) -> str:
    """Up to two letters: first and last word; one character for names without spaces."""
    words = name.split()
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:1].upper()
    return (words[0][:1] + words[-1][:1]).upper()
