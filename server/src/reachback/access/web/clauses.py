"""A contract's clauses as lines of a letter and rows of a table. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.access.web.contexts import ClauseLine
from reachback_wire import documents as wire
from reachback_wire import sentences


def _approval(clause: wire.Clause) -> str:
    words = []
    if clause.approval is not None:
        words.append(
            ngettext("%(n)s approver", "%(n)s approvers", clause.approval.needed)
            % {"n": clause.approval.needed}
        )
    if clause.consent == "attended":
        words.append(_("the person at the device"))
    if clause.case_required:
        words.append(_("a case"))
    return ", ".join(words) or _("nobody's")


def line(clause: wire.Clause, contract: wire.Contract, change: str = "") -> ClauseLine:
    """Return one clause."""
    acts = sentences.listed([sentences.capability_words(each) for each in clause.capabilities])
    return ClauseLine(
        number=clause.number,
        sentence=_first_upper(sentences.permission_words(clause, contract)) + ".",
        who=_first_upper(sentences.who_words(clause.who, contract)),
        acts=_first_upper(acts),
        where=_first_upper(sentences.device_words(contract)),
        when=_first_upper(sentences.when_words(clause.when)),
        approval=_first_upper(_approval(clause)),
        proved=sentences.proved_by(clause),
        asserted=sentences.asserted_by(clause),
        everything=clause.implies_everything,
        change=change,
        scripts=sum(len(each.values) for each in clause.capabilities if each.name == "exec"),
    )


def lines(contract: wire.Contract, before: wire.Contract | None = None) -> Sequence[ClauseLine]:
    """Return every clause, marked where it differs from the contract before."""
    earlier = {} if before is None else {each.number: each for each in before.clauses}
    found = []
    for clause in contract.clauses:
        change = ""
        if before is not None and clause.number not in earlier:
            change = "added"
        elif before is not None and earlier[clause.number] != clause:
            change = "changed"
        found.append(line(clause, contract, change))
    return found


def removed(contract: wire.Contract, before: wire.Contract | None) -> Sequence[ClauseLine]:
    """Return the clauses of the contract before that are gone."""
    if before is None:
        return ()
    numbers = {clause.number for clause in contract.clauses}
    gone = [clause for clause in before.clauses if clause.number not in numbers]
    return [line(clause, before, "removed") for clause in gone]


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
