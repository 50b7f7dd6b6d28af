"""How an entry of the timeline is told: icon, words, what is folded. Pure but for gettext."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import text
from reachback.cases.models import Entry
from reachback.cases.statuses import ALTERNATIVE_NAMES, ENTRY_NAMES, PRIORITY_NAMES, STATUS_NAMES

LONG = 1_200  # characters; longer words are folded, never cut
LONG_LINES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousLine:
    """An earlier case of the same device."""

    number: int
    subject: str
    status: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One item of the timeline, ready to show; every text is plain and safe to escape."""

    id: UUID
    kind: str
    side: str
    state: str
    icon: str
    author: str
    words: str
    private: bool
    at: datetime
    body: str
    long: bool
    opening: str
    lines: int
    changed: Sequence[str]
    history: Sequence[PreviousLine]
    facts: Sequence[tuple[str, str]]
    why: str


def line(entry: Entry, *, case_href: Callable[[int], str], for_customer: bool = False) -> EntryLine:
    """The entry as a page shows it."""
    data: Mapping[str, Any] = entry.data
    body = text.visible(entry.body) if entry.kind != "change" else ""
    lines = body.count("\n") + 1
    return EntryLine(
        id=entry.id,
        kind=entry.kind,
        side="us" if entry.by_provider else "them",
        state=str(data.get("state", "")),
        icon=_icon(entry),
        author=text.visible(entry.author_name) if entry.author_kind != "system" else "Reachback",
        words=_words(entry),
        private=entry.kind == "note" and not for_customer,
        at=entry.occurred_at,
        body=body,
        long=len(body) > LONG or lines > LONG_LINES,
        opening=text.one_line(body, 160),
        lines=lines,
        changed=[text.one_line(str(each), text.MAX_LINE) for each in data.get("changed", ())],
        history=_history(data, case_href) if not for_customer else (),
        facts=_facts(data),
        why=text.one_line(str(data.get("why", "")), 300) if not for_customer else "",
    )


def without_told(entries: Sequence[Entry]) -> list[Entry]:
    """The timeline without a session's begin and end where its own account says both.

    While a session lasts its begin is all there is; one that left no account keeps both.
    """
    hidden: set[UUID] = set()
    changes: list[UUID] = []
    over, account = True, False
    for entry in entries:
        if entry.kind == "change" and entry.data.get("field") == "live_session":
            over = not entry.data.get("to")
            if not over:
                changes, account = [], False
            changes.append(entry.id)
        elif entry.kind == "session" and entry.author_kind == "system":
            account = True
        if over and account:
            hidden.update(changes)
    return [entry for entry in entries if entry.id not in hidden]


def _history(data: Mapping[str, Any], case_href: Callable[[int], str]) -> list[PreviousLine]:
    return [
        PreviousLine(
            number=each["number"],
            subject=each["subject"],
            status=str(STATUS_NAMES.get(each["status"], each["status"])),
            href=case_href(each["number"]),
        )
        for each in data.get("history", ())
    ]


def _icon(entry: Entry) -> str:
    if entry.kind == "alert":
        return "ok" if entry.data.get("state") == "recovered" else "alert"
    if entry.kind == "change":
        return _CHANGE_ICONS.get(str(entry.data.get("field")), "change")
    return {"message": "reply", "call": "phone"}.get(entry.kind, entry.kind)


_CHANGE_ICONS = {
    "team": "team",
    "assignee": "person",
    "priority": "high",
    "proposal": "idea",
    "resolution": "ok",
    "undo": "undo",
    "live_session": "session",
}


def _words(entry: Entry) -> str:
    if entry.kind == "alert":
        recovered = entry.data.get("state") == "recovered"
        return _("reported that the check recovered") if recovered else _("reported an alert")
    if entry.kind == "session" and entry.author_kind == "system":
        return _("kept what was done in a session")
    if entry.kind != "change":
        return _ENTRY_WORDS.get(entry.kind, lambda: str(ENTRY_NAMES[entry.kind]))()
    if entry.data.get("field") == "assignee" and entry.data.get("to_label") == entry.author_name:
        return _("took the case")
    tell = _CHANGE_WORDS.get(str(entry.data.get("field")))
    return tell(entry.data) if tell else _("changed the case")


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    if data.get("field") != "resolution":
        return []
    alternative = str(data.get("alternative", "none"))
    return [
        (_("Cause"), text.one_line(str(data.get("cause", "")), 500)),
        (_("Action"), text.one_line(str(data.get("action", "")), 500)),
        (_("Avoided"), str(ALTERNATIVE_NAMES.get(alternative, alternative))),
    ]


def _status(data: Mapping[str, Any]) -> str:
    to = str(data.get("to"))
    words = {
        "waiting": _("is waiting for the customer"),
        "open": _("went on with the case"),
        "closed": _("closed the case"),
    }
    return words.get(to, _("set the status to %(status)s") % {"status": STATUS_NAMES.get(to, to)})


def _team(data: Mapping[str, Any]) -> str:
    return _("dispatched the case to %(team)s") % {"team": data.get("to_label", "")}


def _assignee(data: Mapping[str, Any]) -> str:
    label = data.get("to_label")
    if not label:
        return _("gave the case back")
    return _("gave the case to %(name)s") % {"name": label}


def _priority(data: Mapping[str, Any]) -> str:
    level = data.get("priority", 3)
    return _("set priority %(level)s (%(name)s)") % {
        "level": level,
        "name": PRIORITY_NAMES.get(level, level),
    }


def _proposal(data: Mapping[str, Any]) -> str:
    return _("proposed resolution: %(sentence)s") % {"sentence": data.get("sentence", "")}


_CHANGE_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "status": _status,
    "team": _team,
    "assignee": _assignee,
    "priority": _priority,
    "proposal": _proposal,
    "resolution": lambda _data: _("resolved the case"),
    "undo": lambda _data: _("undid that"),
    "live_session": lambda data: _("saw a session begin") if data.get("to") else _("saw it end"),
}
_ENTRY_WORDS: dict[str, Callable[[], str]] = {
    "message": lambda: _("wrote"),
    "note": lambda: _("noted"),
    "call": lambda: _("called"),
    "session": lambda: _("worked on the device"),
}
