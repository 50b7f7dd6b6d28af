"""Figures in words: the sentence of answer, money, durations. Only what was recorded is said."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reachback.insight import figures
from reachback.insight.durations import Spread
from reachback.insight.figures import Answering, Money
from reachback.insight.queries import Report
from reachback.insight.rows import Answered

ALTERNATIVES: Final[dict[str, Promise]] = {
    "truck_roll": gettext_lazy("truck roll"),
    "call_back": gettext_lazy("call-back"),
    "escalation": gettext_lazy("escalation"),
}
ANSWERS: Final[dict[Answered, Promise]] = {
    "in_time": gettext_lazy("in time"),
    "late": gettext_lazy("late"),
    "overdue": gettext_lazy("not answered, overdue"),
    "waiting": gettext_lazy("not due yet"),
    "unpromised": gettext_lazy("no target agreed"),
}

_MINUTE = 60
_DAYS_FROM = 48  # hours


def money(amount: Money) -> str:
    """The code, then the amount with its cents: CNY 1,200.00."""
    number = formats.number_format(amount.amount, 2, force_grouping=True)
    return f"{amount.currency} {number}"


def sums(amounts: Sequence[Money]) -> str:
    """Every currency's sum, side by side."""
    return " + ".join(money(each) for each in amounts) if amounts else _("nothing")


def lasting(duration: timedelta | None) -> str:
    """A duration in words, rounded up so that "within" stays true; a dash for none."""
    if duration is None:
        return "\u2013"
    seconds = ceil(duration.total_seconds())
    if seconds < _MINUTE:
        return _("%(n)d s") % {"n": seconds}
    minutes = -(-seconds // _MINUTE)
    hours, rest = divmod(minutes, 60)
    if hours < _DAYS_FROM:
        whole = _("%(n)d h") % {"n": hours}
        part = _("%(n)d min") % {"n": rest}
        return "\u00a0".join(said for said, count in ((whole, hours), (part, rest)) if count)
    days, over = divmod(-(-minutes // 60), 24)
    whole = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return f"{whole}\u00a0{_('%(n)d h') % {'n': over}}" if over else whole


def kind_count(kind: str, count: int) -> str:
    """How many of a kind: "2 truck rolls"."""
    if kind == "truck_roll":
        said = ngettext("%(count)s truck roll", "%(count)s truck rolls", count)
    elif kind == "call_back":
        said = ngettext("%(count)s call-back", "%(count)s call-backs", count)
    else:
        said = ngettext("%(count)s escalation", "%(count)s escalations", count)
    return said % {"count": count}


def trips(report: Report) -> SafeString:
    """Answer: did we save trips? Says how much of the answer is sample data."""
    kinds, saved = figures.avoided(report.savings), figures.saved(report.savings)
    said = [kind_count(each.alternative, each.count) for each in kinds if each.count]
    if not said:
        return _nothing_avoided(len(report.resolved))
    what = get_text_list(said, _("and"))
    amounts = format_html_join(" + ", "<strong>{}</strong>", ((money(m),) for m in saved))
    if kinds[0].count:
        template = _("Yes: {what} avoided, which would have cost {amounts}.")
    else:
        template = _("No trip, but {what} avoided, which would have cost {amounts}.")
    answer = format_html(template, what=format_html("<strong>{}</strong>", what), amounts=amounts)
    return format_html("{} {}", answer, _samples(report))


def _samples(report: Report) -> str:
    count, every = sum(row.case.sample for row in report.savings), len(report.savings)
    if not count:
        return ""
    if count == every:
        return _("All of this is sample data.")
    said = ngettext(
        "%(count)s of these is sample data.", "%(count)s of these are sample data.", count
    )
    return said % {"count": count}


def _nothing_avoided(resolved: int) -> SafeString:
    if not resolved:
        return escape(_("No case was resolved, so nothing was avoided yet."))
    template = ngettext(
        "Not that anybody recorded: {cases} case was resolved, and on none was a trip, a call-back "
        "or an escalation written down as avoided.",
        "Not that anybody recorded: {cases} cases were resolved, and on none was a trip, a "
        "call-back or an escalation written down as avoided.",
        resolved,
    )
    return format_html(template, cases=format_html("<strong>{}</strong>", resolved))


def answers(answering: Answering, resolving: Spread) -> SafeString:
    """Answer: are we answering in time?"""
    parts = [_first_answers(answering)]
    if resolving.median is not None and resolving.p90 is not None:
        parts.append(
            format_html(
                _("Half were resolved within {median}, nine in ten within {p90}."),
                median=format_html("<strong>{}</strong>", lasting(resolving.median)),
                p90=format_html("<strong>{}</strong>", lasting(resolving.p90)),
            )
        )
    return format_html_join(" ", "{}", ((part,) for part in parts))


def _first_answers(answering: Answering) -> SafeString:
    if not answering.judged:
        return escape(_("No first answer was due yet."))
    said = {
        "in_time": format_html("<strong>{}</strong>", answering.in_time),
        "judged": format_html("<strong>{}</strong>", answering.judged),
        "percent": format_html("<strong>{}\u202f%</strong>", answering.percent),
    }
    if answering.in_time == answering.judged:
        return format_html(
            ngettext(
                "Yes: the one first answer that was due came in time.",
                "Yes: all {judged} first answers came in time.",
                answering.judged,
            ),
            **said,
        )
    return format_html(
        _("{in_time} of {judged} first answers came in time ({percent})."),
        **said,
    )
