"""Recordings that fit a search, a page at a time, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from reachback.access import queries
from reachback.access.models import AccessSession
from reachback.access.searching import index
from reachback.access.searching.filters import Term
from reachback.access.searching.rows import Entered
from reachback.kernel.actors import Actor

PAGE = 50
_BLOCK = 100


@dataclass(frozen=True)
class Found:
    """A session with a recording, and the lines that fit where something was looked for."""

    session: AccessSession
    lines: tuple[Entered, ...] = ()


#: The last session of a page: when it began, and its id.
Mark = tuple[datetime, UUID]


@dataclass(frozen=True)
class Page:
    """Some of what fits; `older` is the mark after which the next page begins, if there is one."""

    found: Sequence[Found]
    older: Mark | None


def find(actor: Actor, terms: Sequence[Term], *, before: Mark | None = None) -> Page:
    """The newest recordings that fit, those after the mark `before`.

    Raises RecordsKeyMissing when words are looked for and the key is missing.
    """
    base = queries.sessions(actor).filter(recording__isnull=False).filter(_condition(terms, actor))
    if before is not None:
        began, last_id = before
        base = base.filter(Q(started_at__lt=began) | Q(started_at=began, id__lt=last_id))
    base = base.order_by("-started_at", "-id")
    words = [term.value for term in terms if not term.key]
    if words:
        narrowed = any(term.key for term in terms)
        found = _entered(actor, base, words, before, narrowed=narrowed)
    else:
        found = [Found(each) for each in base[: PAGE + 1]]
    last = found[PAGE - 1].session if len(found) > PAGE else None
    return Page(found[:PAGE], None if last is None else (last.started_at or last.asked_at, last.id))


def _entered(
    actor: Actor,
    base: "QuerySet[AccessSession]",
    words: Sequence[str],
    before: Mark | None,
    *,
    narrowed: bool,
) -> list[Found]:
    """Those in which the words were entered: the index says which, the database who may see.

    A search that is `narrowed` asks the database first which sessions it is about.
    """
    visible = None if actor.sees_everything else actor.visible_organisations()
    allowed = set(base.order_by().values_list("id", flat=True)) if narrowed else None
    hits = (
        hit
        for hit in index.search(visible, words)
        if (allowed is None or hit.session_id in allowed)
        and (before is None or (hit.began, hit.session_id) < before)
    )
    found: list[Found] = []
    while len(found) <= PAGE and (block := {hit.session_id: hit for hit in islice(hits, _BLOCK)}):
        rows = base.filter(id__in=list(block))[: PAGE + 1 - len(found)]
        found += [Found(row, block[row.id].lines) for row in rows]
    return found


def _condition(terms: Sequence[Term], actor: Actor) -> Q:
    wanted = Q()
    for term in terms:
        if term.key:
            wanted &= _one(term, ZoneInfo(actor.zone))
    return wanted


def _one(term: Term, zone: ZoneInfo) -> Q:
    value = term.value
    if term.key == "case":
        return Q(case__number=int(value.removeprefix("#")[:9]))
    if term.key == "since":
        return Q(started_at__gte=_midnight(value, zone))
    if term.key == "until":
        return Q(started_at__lt=_midnight(value, zone) + timedelta(days=1))
    column = {
        "who": "technician__name",
        "device": "device__name",
        "site": "device__site__name",
        "customer": "organisation__name",
    }[term.key]
    return Q(**{f"{column}__icontains": value})


def _midnight(value: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(value), time(), tzinfo=zone)
