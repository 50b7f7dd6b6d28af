"""The command index: every organisation's rows, opened once and kept in this process's memory.

What changed since is opened with the next search. Nothing of it is written anywhere.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max

from reachback.access.models import CommandRow
from reachback.access.sealing import vault
from reachback.access.searching import rows
from reachback.access.searching.rows import Entered
from reachback.kernel import actors
from reachback_wire.sealing import SealError

_SYSTEM = actors.system("access.searching")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A session in which the words were entered, and the first lines that hold them."""

    session_id: UUID
    began: datetime
    lines: tuple[Entered, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    session_id: UUID
    began: datetime
    written: datetime
    lines: tuple[Entered, ...]
    folded: str  # the lines as they are searched, one under the other


@dataclass(slots=True)
class _Shelf:
    """One organisation's rows, newest first, as of `state`."""

    state: tuple[int, datetime | None] = (0, None)
    kept: dict[UUID, _Kept] = field(default_factory=dict)
    ordered: list[_Kept] = field(default_factory=list)


_shelves: dict[tuple[str, UUID], _Shelf] = {}
_lock = Lock()


def search(organisation_ids: Collection[UUID] | None, words: Sequence[str]) -> Iterator[Hit]:
    """Sessions with a line that holds every word, newest first; None means every organisation.

    Looks only as far as is asked for. Raises RecordsKeyMissing at once.
    """
    wanted = sorted((word.casefold() for word in words), key=len, reverse=True)
    with _lock:
        shelves = [shelf.ordered for shelf in _fresh(organisation_ids)]
    newest_first = heapq.merge(*shelves, key=_newness, reverse=True)
    return (hit for each in newest_first if (hit := _hit(each, wanted)) is not None)


def _newness(kept: _Kept) -> tuple[datetime, UUID]:
    return kept.began, kept.session_id


def _hit(kept: _Kept, wanted: Sequence[str]) -> Hit | None:
    """The first lines that hold every word; looked for by the longest of them."""
    text, found = kept.folded, list[Entered]()
    at = text.find(wanted[0])
    while at >= 0 and len(found) < _SHOWN:
        begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line = text[begin:] if end < 0 else text[begin:end]
        if all(word in line for word in wanted):
            found.append(kept.lines[text.count("\n", 0, begin)])
        at = -1 if end < 0 else text.find(wanted[0], end)
    return Hit(kept.session_id, kept.began, tuple(found)) if found else None


def _fresh(organisation_ids: Collection[UUID] | None) -> list[_Shelf]:
    """The shelves of these organisations, brought up to date."""
    found = CommandRow.objects.visible_to(_SYSTEM)
    if organisation_ids is not None:
        found = found.filter(organisation_id__in=organisation_ids)
    states = (
        found.order_by()
        .values_list("organisation_id")
        .annotate(Count("session_id"), Max("written_at"))
    )
    shelves = []
    for organisation_id, count, newest in states:
        place = (str(settings.REACHBACK_DATA), organisation_id)
        shelf = _shelves.setdefault(place, _Shelf())
        if shelf.state != (count, newest):
            _refresh(shelf, organisation_id)
            shelf.state = (count, newest)
        shelves.append(shelf)
    return shelves


def _refresh(shelf: _Shelf, organisation_id: UUID) -> None:
    """Open what is new or was written again; forget what is gone."""
    of_organisation = CommandRow.objects.visible_to(_SYSTEM).filter(organisation_id=organisation_id)
    written = dict(of_organisation.values_list("session_id", "written_at"))
    new = [
        each
        for each, at in written.items()
        if each not in shelf.kept or shelf.kept[each].written != at
    ]
    kept = {each: row for each, row in shelf.kept.items() if each in written}
    opener = vault.data_key(organisation_id).rows()
    chosen = of_organisation.values_list(
        "session_id", "sealed", "written_at", "session__started_at", "session__asked_at"
    )
    if len(new) <= len(written) // 4:
        chosen = chosen.filter(session_id__in=new)
    wanted = set(new)
    for session_id, content, at, started, asked in chosen.iterator(chunk_size=2_000):
        if session_id not in wanted:
            continue
        try:
            lines = tuple(rows.opened(opener, session_id, bytes(content)))
        except SealError:
            continue  # damaged: the recording itself is still there and can be replayed
        folded = "\n".join(" ".join(line.text.split()).casefold() for line in lines)
        kept[session_id] = _Kept(session_id, started or asked, at, lines, folded)
    shelf.kept = kept
    shelf.ordered = sorted(kept.values(), key=_newness, reverse=True)


def forget() -> None:
    """Drop everything that is held, for tests and when keys change."""
    with _lock:
        _shelves.clear()
