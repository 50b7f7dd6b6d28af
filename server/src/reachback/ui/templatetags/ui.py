"""`{% load ui %}`: icons, badges, times, due bars, keys, avatars, empty states."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from reachback.ui import marks

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A sign from the sprite; decorative unless it is given a label."""
    return _icon(name, str(label), size)


# The same few signs stand on every page a hundred times. `typed`: what is safe HTML stays apart
# from equal words that are not.
@lru_cache(maxsize=1_000, typed=True)
def _icon(name: str, label: str, size: str) -> SafeString:
    flips = " data-flips" if name in marks.FLIPPING_ICONS else ""
    sized = format_html(' data-size="{}"', size) if size else ""
    spoken = (
        format_html(' role="img" aria-label="{}"', label)
        if label
        else mark_safe(' aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon"{}{}{}><use href="{}#{}"></use></svg>',
        spoken,
        mark_safe(flips),  # noqa: S308 - one of two constants
        sized,
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag
def badge(kind: str, text: str = "") -> SafeString:
    """Icon + word in the tone of `kind` (ui/README.md lists them); `text` replaces the word."""
    mark = marks.mark(kind)
    return _badge(kind, mark.tone, mark.icon, str(text or mark.word))


@lru_cache(maxsize=1_000, typed=True)
def _badge(kind: str, tone: str, sign: str, word: str) -> SafeString:
    return format_html(
        '<span class="badge" data-kind="{}"{}>{}{}</span>',
        kind,
        format_html(' data-tone="{}"', tone) if tone else "",
        icon(sign) if sign else "",
        word,
    )


@register.simple_tag
def priority(level: int) -> SafeString:
    """The priority's shape, with its word for those who cannot see it."""
    mark = marks.priority(level)
    return format_html(
        '<span class="priority" data-priority="{}" title="{}">{}</span>',
        level,
        mark.word,
        icon(mark.icon, label=str(mark.word)),
    )


@register.simple_tag
def key(letters: str) -> SafeString:
    """A key as it is printed on a button."""
    return format_html('<kbd class="key">{}</kbd>', letters)


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | None) -> SafeString:
    """A time in relation to now, exact in the viewer's zone on hover and focus."""
    if moment is None:
        return mark_safe('<span class="faint">&ndash;</span>')
    local = localtime(moment)
    exact = f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(timespec="seconds"),
        exact,
        marks.ago(moment, marks.now_of(context)),
    )


@register.simple_tag(takes_context=True)
def clock(context: Context, moment: datetime) -> SafeString:
    """A time of day (with the weekday when it is not today), in the viewer's zone by the page."""
    local = localtime(moment)
    today = localtime(marks.now_of(context)).date()
    return format_html(
        '<time datetime="{}" title="{}" data-clock>{} {}</time>',
        moment.isoformat(timespec="seconds"),
        f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}",
        date_format(local, "H:i" if local.date() == today else "D H:i"),
        local.tzname(),
    )


@register.simple_tag(takes_context=True)
def due(context: Context, moment: datetime | None, start: datetime | None = None) -> SafeString:
    """The time left in words above a thin bar that empties from `start` to `moment`."""
    if moment is None:
        return mark_safe('<span class="due faint">&ndash;</span>')
    left = marks.due(moment, start, marks.now_of(context))
    local = localtime(moment)
    return format_html(
        '<span class="due" data-tone="{}" data-due="{}" data-start="{}" title="{}">'
        '<span class="due-words">{}{}</span>'
        '<svg class="due-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="due-left" width="{}" height="4"></rect></svg></span>',
        left.tone,
        moment.isoformat(timespec="seconds"),
        start.isoformat(timespec="seconds") if start else "",
        f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}",
        icon("warning") if left.tone == "red" else "",
        left.words,
        left.percent,
    )


@register.simple_tag
def avatar(name: str, yours: bool = False, size: str = "") -> SafeString:  # noqa: FBT001, FBT002 - template tags are called by position or name
    """Initials in a circle; `yours` turns it blue. The name is beside it or in its title."""
    return format_html(
        '<span class="avatar"{}{} title="{}" aria-hidden="true">{}</span>',
        mark_safe(" data-yours") if yours else "",
        format_html(' data-size="{}"', size) if size else "",
        name,
        marks.initials(name),
    )


@register.inclusion_tag("ui/parts/empty_state.html")
def empty_state(
    icon_name: str, title: str, text: str, action_label: str = "", action_href: str = ""
) -> dict[str, str]:
    """What this place is for, and the one action that fills it."""
    return {
        "icon_name": icon_name,
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_href": action_href,
    }


@register.inclusion_tag("ui/parts/field.html")
def field(bound_field: BoundField, help_text: str = "") -> dict[str, Any]:
    """A form field with its label, help and errors, joined for screen readers."""
    return {
        "field": bound_field,
        "help_text": help_text or bound_field.help_text,
        "is_choice": getattr(bound_field.field.widget, "input_type", "") == "checkbox",
    }
