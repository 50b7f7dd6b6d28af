"""A session in words: computed from the recording, typed by nobody. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.access.recordings import restarts, runs, touched
from reachback.access.recordings.story import Story

_MOST_NAMED = 12


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the words are about; `script` is the library's name for what was run, "" if none."""

    technician: str
    device: str
    run_as: str
    clause: int
    zone: str
    started: datetime
    ended: datetime
    script: str = ""
    version: int = 0


def span(seconds: int) -> str:
    """Return a length of time as people say it: "45 s", "4 min 10 s", "2 h 5 min"."""
    if seconds < 60:
        return _("%(s)s s") % {"s": seconds}
    if seconds < 3600:
        return _("%(m)s min %(s)s s") % {"m": seconds // 60, "s": seconds % 60}
    return _("%(h)s h %(m)s min") % {"h": seconds // 3600, "m": seconds % 3600 // 60}


def named(about: Session) -> dict[str, object]:
    """What the sentences name."""
    clock = about.started.astimezone(ZoneInfo(about.zone)).strftime("%H:%M")
    return {
        "who": about.technician,
        "device": about.device,
        "user": about.run_as,
        "clock": clock,
        "zone": about.zone,
        "clause": about.clause,
        "script": about.script,
        "version": about.version,
    }


def _opening(about: Session, *, script: bool) -> str:
    values = named(about)
    if script:
        return _ran(about) % values
    text = _(
        "%(who)s opened a shell on %(device)s as %(user)s "
        "at %(clock)s (%(zone)s), clause %(clause)s."
    )
    return text % values


def _ran(about: Session) -> str:
    if about.script:
        return _(
            "%(who)s ran “%(script)s”, version %(version)s, on %(device)s as %(user)s "
            "at %(clock)s (%(zone)s), clause %(clause)s."
        )
    return _(
        "%(who)s ran a script on %(device)s as %(user)s at %(clock)s (%(zone)s), clause %(clause)s."
    )


def _typed(stories: Sequence[Story]) -> list[str]:
    commands = [each.text for story in stories for each in story.commands]
    if not commands:
        return [_("Nothing was entered.")]
    shown = "; ".join(commands[:_MOST_NAMED])
    more = len(commands) - _MOST_NAMED
    text = _("Entered: %(commands)s") % {"commands": shown}
    if more > 0:
        more_words = ngettext("and %(n)s more line", "and %(n)s more lines", more) % {"n": more}
        text = f"{text}; {more_words}"
    return [text + "."]


def _hidden(stories: Sequence[Story]) -> list[str]:
    count = sum(story.hidden_inputs for story in stories)
    if not count:
        return []
    text = ngettext(
        "Something was typed unseen once (a password, for example); it was not recorded.",
        "Something was typed unseen %(n)s times (passwords, for example); it was not recorded.",
        count,
    )
    return [text % {"n": count}]


def _hands(stories: Sequence[Story], zone: str) -> list[str]:
    """Who took it over and when, as the device testified; several shells go over together."""
    first: dict[str, int] = {}
    for at, name in sorted(pair for story in stories for pair in story.hands):
        first.setdefault(name, at)
    said = []
    for name, at in first.items():
        moment = datetime.fromtimestamp(at / 1000, tz=ZoneInfo(zone))
        values = {"who": name, "clock": moment.strftime("%H:%M")}
        said.append(_("%(who)s took it over at %(clock)s and typed from then on.") % values)
    return said


def _programs(stories: Sequence[Story]) -> list[str]:
    count = sum(story.full_screen_programs for story in stories)
    if not count:
        return []
    text = ngettext(
        "An editor or another full-screen program was used once.",
        "Editors or other full-screen programs were used %(n)s times.",
        count,
    )
    return [text % {"n": count}]


def _outages(stories: Sequence[Story]) -> list[str]:
    found = [pair for story in stories for pair in story.outages if pair[1]]
    if not found:
        return []
    seconds = sum(end - begin for begin, end in found) // 1000
    lost = sum(length for story in stories for _at, length in story.gaps)
    text = ngettext(
        "The link was lost once, for %(span)s; %(lost)s bytes were lost.",
        "The link was lost %(n)s times, for %(span)s in all; %(lost)s bytes were lost.",
        len(found),
    )
    return [text % {"n": len(found), "span": span(seconds), "lost": lost}]


def _ending(about: Session, stories: Sequence[Story]) -> str:
    length = span(max(int((about.ended - about.started).total_seconds()), 0))
    exits = [story.exit for story in stories if story.exit is not None]
    if exits and exits[-1].get("signal"):
        values = {"span": length, "signal": str(exits[-1]["signal"])[:20]}
        return _("It lasted %(span)s and was ended by signal %(signal)s.") % values
    if exits and isinstance(exits[-1].get("status"), int):
        values = {"span": length, "status": exits[-1]["status"]}
        return _("It lasted %(span)s and ended with exit status %(status)s.") % values
    return _("It lasted %(span)s.") % {"span": length}


def sentences(about: Session, stories: Sequence[Story]) -> tuple[str, ...]:
    """Return what was done, one sentence each."""
    if restarts.only(stories):
        return (restarts.opening() % named(about), *restarts.asked(stories))
    if touched.only(stories):
        first = touched.opening() % named(about)
        did = touched.sentences(stories)
        return (first, *did, *_outages(stories), _ending(about, stories))
    scripts = [story.script for story in stories if story.script is not None]
    only_scripts = bool(scripts) and len(scripts) == len(stories)
    return (
        _opening(about, script=only_scripts),
        *(sentence for told in scripts for sentence in runs.sentences(told)),
        *(() if only_scripts else _typed(stories)),
        *_hands(stories, about.zone),
        *_programs(stories),
        *_hidden(stories),
        *restarts.lived_through(stories),
        *_outages(stories),
        _ending(about, stories),
    )
