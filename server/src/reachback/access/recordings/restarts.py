"""Restarts of the device in words: one that was asked for, those a shell lived through. Pure."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from reachback.access.recordings.story import Story

KIND = "reboot"
_ENDS: Mapping[str, StrOrPromise] = {
    "rebooting": gettext_lazy("The device ended every session properly and went down."),
    "cancelled": gettext_lazy("It was called off before its time: nothing was restarted."),
    "refused": gettext_lazy("The device refused it when its time came: nothing was restarted."),
    "cut": gettext_lazy("It was cut before its time: nothing was restarted."),
}


def only(stories: Sequence[Story]) -> bool:
    """Whether the session was held for a restart and nothing else."""
    return bool(stories) and all(story.kind == KIND for story in stories)


def opening() -> str:
    """Return the first sentence of such a session, with its places to fill."""
    return _("%(who)s asked to restart %(device)s at %(clock)s (%(zone)s), clause %(clause)s.")


def _reason(story: Story) -> str:
    reason = story.exit.get("reason") if story.exit else None
    return reason if isinstance(reason, str) else ""


def asked(stories: Sequence[Story]) -> list[str]:
    """Say what became of it, from the device's last testimony."""
    known = [_ENDS.get(_reason(story)) for story in stories]
    return [str(each) for each in known if each] or [_("How it ended is not known.")]


def lived_through(stories: Sequence[Story]) -> list[str]:
    """Say that the device was restarted while a shell was open."""
    count = sum(story.kind != KIND and _reason(story) == "rebooting" for story in stories)
    if not count:
        return []
    text = ngettext(
        "The device was restarted meanwhile.",
        "The device was restarted meanwhile; %(n)s shells ended with it.",
        count,
    )
    return [text % {"n": count}]
