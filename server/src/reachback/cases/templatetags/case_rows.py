"""`{% load case_rows %}`: a row of the queue, drawn once and then only told the time."""

import secrets
from datetime import datetime
from functools import lru_cache
from typing import Final

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from reachback.cases.rows import CaseRow
from reachback.ui.templatetags.ui import due, when

register = template.Library()

#: Where the times stand in a drawn row. Nobody outside knows the words, so nobody can write them.
_DUE: Final = f"due-{secrets.token_hex(16)}"
_WHEN: Final = f"when-{secrets.token_hex(16)}"


@register.simple_tag(takes_context=True)
def case_row(context: Context, row: CaseRow) -> SafeString:
    """The row as it is for every viewer of this language, its times in the page's zone."""
    before, between, after = _drawn(row, get_language() or "")
    times = (due(context, row.due_at, row.due_from), when(context, row.updated_at))
    return mark_safe(f"{before}{times[0]}{between}{times[1]}{after}")  # noqa: S308 - from templates


def row_html(row: CaseRow, *, now: datetime) -> str:
    """One row outside a page, for those who see it change."""
    return case_row(Context({"now": now}), row)


@lru_cache(maxsize=2_000)
def _drawn(row: CaseRow, language: str) -> tuple[str, str, str]:
    """The row before, between and after its two times. A row is a value: changed, it is another."""
    names = {"row": row, "due": _DUE, "when": _WHEN}
    before, rest = render_to_string("cases/parts/row.html", names).split(_DUE)
    between, after = rest.split(_WHEN)
    return before, between, after
