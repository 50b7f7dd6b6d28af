"""What differs between two contracts, in words, and whether it widens or narrows. Pure.

Whatever is not surely narrower counts as wider: the delay of hosted signatures goes by it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from reachback_wire import documents as wire
from reachback_wire import sentences
from reachback_wire.documents.capability import ADMINISTRATORS
from reachback_wire.documents.contract import DAYS
from reachback_wire.signing import fingerprint

WIDENS, NARROWS, SAME = "widens", "narrows", "rewords"
_STRENGTH = {"any": 0, "totp": 1, "passkey": 2}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference. `clause` 0 is about the whole contract."""

    clause: int
    direction: str
    sentence: str


def changes(before: wire.Contract, after: wire.Contract) -> Sequence[Change]:
    """Return every difference, the whole contract first, then clause by clause."""
    old = {each.number: each for each in before.clauses}
    new = {each.number: each for each in after.clauses}
    found = list(_whole(before, after))
    for number in sorted(old.keys() | new.keys()):
        found += _clause(number, old.get(number), new.get(number), before, after)
    return found


def widens(before: wire.Contract | None, after: wire.Contract) -> bool:
    """Whether the later contract allows anything the earlier one did not."""
    if before is None:
        return True
    return any(each.direction == WIDENS for each in changes(before, after))


def _clause(
    number: int,
    old: wire.Clause | None,
    new: wire.Clause | None,
    before: wire.Contract,
    after: wire.Contract,
) -> Iterator[Change]:
    if old is None and new is not None:
        words = _("Added: %s.") % sentences.permission_words(new, after)
        yield Change(clause=number, direction=WIDENS, sentence=words)
    elif new is None and old is not None:
        words = _("Removed: %s.") % sentences.permission_words(old, before)
        yield Change(clause=number, direction=NARROWS, sentence=words)
    elif old is not None and new is not None and old != new:
        found = [*_capabilities(old, new), *_who(old.who, new.who), *_terms(old, new)]
        for direction, sentence in found or [(WIDENS, _("It is written differently."))]:
            yield Change(clause=number, direction=direction, sentence=sentence)


Found = Iterator[tuple[str, str]]


def _capabilities(old: wire.Clause, new: wire.Clause) -> Found:
    was, now = old.capabilities, new.capabilities
    names = [each.name for each in was], [each.name for each in now]
    paired = {each.name: each for each in was if all(name.count(each.name) < 2 for name in names)}
    for each in now:
        before = paired.get(each.name)
        if before is not None and before != each:
            yield from _limits(before, each)
        elif before is None and each not in was:
            yield WIDENS, _("Now also allowed: %s.") % sentences.capability_words(each)
    for each in was:
        kept = each.name in paired and each.name in names[1]
        if not kept and each not in now:
            yield NARROWS, _("No longer allowed: %s.") % sentences.capability_words(each)


def _limits(was: wire.Capability, now: wire.Capability) -> Found:
    more = tuple(each for each in now.values if each not in was.values)
    less = tuple(each for each in was.values if each not in now.values)
    if now.any and not was.any:
        yield WIDENS, _("Any script may run now.")
    elif was.any and not now.any:
        yield NARROWS, _("Only the scripts that are named may run now.")
    if more:
        words = sentences.capability_words(replace(now, values=more, any=False, scanner=""))
        yield WIDENS, _("Now also allowed: %s.") % words
    if less:
        words = sentences.capability_words(replace(was, values=less, any=False, scanner=""))
        yield NARROWS, _("No longer allowed: %s.") % words
    yield from _conditions_of(was, now)
    known = replace(now, values=was.values, any=was.any, scanner=was.scanner, run_as=was.run_as)
    if known != was:
        yield WIDENS, _("The limits of “%s” are others.") % now.name


def _conditions_of(was: wire.Capability, now: wire.Capability) -> Found:
    if was.scanner != now.scanner:
        if now.scanner and not was.scanner:
            yield NARROWS, _("What is written must now be scanned first.")
        else:
            yield WIDENS, _("What is written need no longer be scanned by the same scanner.")
    if was.run_as != now.run_as:
        fewer = bool(now.run_as) and set(now.run_as) <= set(was.run_as)
        ordinary = not was.run_as and ADMINISTRATORS.isdisjoint(now.run_as)
        names = {"before": _users(was), "after": _users(now)}
        words = _("Scripts run as %(before)s before, as %(after)s now.") % names
        yield (NARROWS if fewer or ordinary else WIDENS), words


def _users(capability: wire.Capability) -> str:
    return sentences.listed(capability.run_as, "or") or _("anybody but an administrator")


def _who(was: wire.Who, now: wire.Who) -> Found:
    yield from _narrowed_by_naming(
        was.teams, now.teams, _("Teams: %(before)s before, %(after)s now."), str
    )
    yield from _narrowed_by_naming(
        was.technicians,
        now.technicians,
        _("Technicians' keys: %(before)s before, %(after)s now."),
        fingerprint,
    )
    if was.mfa != now.mfa:
        stronger = _STRENGTH[now.mfa] > _STRENGTH[was.mfa]
        names = {"before": _sign_in(was.mfa), "after": _sign_in(now.mfa)}
        words = _("Signing in: %(before)s before, %(after)s now.") % names
        yield (NARROWS if stronger else WIDENS), words


def _narrowed_by_naming(
    was: Sequence[str], now: Sequence[str], words: str, spoken: Callable[[str], str]
) -> Found:
    """Nothing named is anybody; fewer named is narrower."""
    if set(was) == set(now):
        return
    narrower = bool(now) and (not was or set(now) < set(was))
    names = {
        "before": sentences.listed([spoken(each) for each in was], "or") or _("anybody"),
        "after": sentences.listed([spoken(each) for each in now], "or") or _("anybody"),
    }
    yield (NARROWS if narrower else WIDENS), words % names


def _sign_in(mfa: str) -> str:
    words = {"any": _("any way"), "totp": _("a one-time code"), "passkey": _("a passkey")}
    return words[mfa]


def _terms(old: wire.Clause, new: wire.Clause) -> Found:
    if old.when != new.when:
        names = {"before": sentences.when_words(old.when), "after": sentences.when_words(new.when)}
        words = _("When: %(before)s before, %(after)s now.") % names
        yield (NARROWS if _within(new.when, old.when) else WIDENS), words
    yield from _approvals(old.approval, new.approval)
    yield from _switch(
        was=old.consent == "attended",
        now=new.consent == "attended",
        on=_("The person at the device must now agree."),
        off=_("The person at the device is no longer asked."),
    )
    yield from _switch(
        was=old.case_required,
        now=new.case_required,
        on=_("A case must now be named."),
        off=_("No case need be named any more."),
    )
    yield from _switch(
        was=old.on_cut == "kill",
        now=new.on_cut == "kill",
        on=_("What runs now ends when access is cut."),
        off=_("What runs now goes on, unseen, when access is cut."),
    )
    yield from _switch(
        was=not old.clockless,
        now=not new.clockless,
        on=_("The device's clock must now be right."),
        off=_("It now works with a wrong clock, too."),
    )
    yield from _switch(
        was=not old.emergency,
        now=not new.emergency,
        on=_("It is an ordinary clause now."),
        off=_("It is an emergency clause now."),
    )


def _switch(*, was: bool, now: bool, on: str, off: str) -> Found:
    if was != now:
        yield (NARROWS, on) if now else (WIDENS, off)


def _approvals(was: wire.ApprovalRule | None, now: wire.ApprovalRule | None) -> Found:
    if was == now:
        return
    if now is None:
        yield WIDENS, _("No approval is needed any more.")
    elif was is None:
        yield NARROWS, _("%(n)s must now approve.") % {"n": now.needed}
    else:
        stricter = now.needed >= was.needed and set(now.keys) <= set(was.keys)
        shorter = now.expires_minutes <= was.expires_minutes
        words = _("Approval: %(old)s of %(of)s before, %(new)s of %(now)s now.") % {
            "old": was.needed,
            "of": len(was.keys),
            "new": now.needed,
            "now": len(now.keys),
        }
        yield (NARROWS if stricter and shorter else WIDENS), words


def _within(inner: wire.When | None, outer: wire.When | None) -> bool:
    """Whether every moment of the one lies surely in the other, by the week and the zone."""
    if outer is None:
        return True
    if inner is None or inner.zone != outer.zone:
        return False
    return set(outer.dates) <= set(inner.dates) and _minutes(inner) <= _minutes(outer)


def _minutes(when: wire.When) -> frozenset[int]:
    """The minutes of a week (from Monday 00:00) at which a window is open."""
    week, found = 7 * 1440, set[int]()
    for window in when.windows:
        start, end = _minute(window.start), _minute(window.end)
        length = (end - start) % 1440 or 1440
        for day in window.days:
            first = DAYS.index(day) * 1440 + start
            found.update(minute % week for minute in range(first, first + length))
    return frozenset(found)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _whole(before: wire.Contract, after: wire.Contract) -> Iterator[Change]:
    found = [
        *_named(before.device_tags, after.device_tags, _("Devices tagged %s are covered now.")),
        *_named(
            [fingerprint(each) for each in before.device_keys],
            [fingerprint(each) for each in after.device_keys],
            _("The devices with the keys %s are covered now."),
        ),
        *_named(
            _parties(before), _parties(after), _("Grants may now be signed by %s."), key="party"
        ),
        *_conditions(before, after),
    ]
    for direction, sentence in found:
        yield Change(clause=0, direction=direction, sentence=sentence)


def _parties(contract: wire.Contract) -> list[str]:
    parties = (contract.provider, *contract.partners)
    return [f"{each.name} ({fingerprint(key)})" for each in parties for key in each.grant_keys]


def _named(was: Collection[str], now: Collection[str], words: str, key: str = "") -> Found:
    more = [each for each in now if each not in was]
    less = [each for each in was if each not in now]
    if more:
        yield WIDENS, words % sentences.listed(more)
    if less:
        gone = _("No longer: %s.") if key else _("No longer covered: %s.")
        yield NARROWS, gone % sentences.listed(less)


def _conditions(before: wire.Contract, after: wire.Contract) -> Found:
    yield from _switch(
        was=before.recording == "required",
        now=after.recording == "required",
        on=_("Sessions must be recorded now."),
        off=_("Sessions need not be recorded any more."),
    )
    yield from _freshness(before.freshness.hours, after.freshness.hours)
    told = set(before.notify) - set(after.notify)
    if told:
        yield WIDENS, _("You are no longer told of: %s.") % sentences.listed(sorted(told))
    if set(after.notify) - set(before.notify):
        more = sorted(set(after.notify) - set(before.notify))
        yield NARROWS, _("You are now also told of: %s.") % sentences.listed(more)
    if after.expires != before.expires:
        later = after.expires > before.expires
        yield (
            (WIDENS if later else NARROWS),
            (_("It ends later.") if later else _("It ends sooner.")),
        )
    if after.provider.log_keys != before.provider.log_keys:
        yield WIDENS, _("The log is signed by other keys.")
    if after.title != before.title:
        yield SAME, _("It is called “%s” now.") % after.title


def _freshness(was: int, now: int) -> Found:
    if was == now:
        return
    if now == 0:
        yield WIDENS, _("Devices go on without your word for as long as the contract lasts.")
    else:
        stricter = was == 0 or now < was
        words = _("Without your word for %(n)s hours devices allow only health.") % {"n": now}
        yield (NARROWS if stricter else WIDENS), words
