"""What is wrong with a draft, and what a signer should know of it, said where it stands. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from reachback.access.drafting import shapes
from reachback.access.drafting.shapes import Value
from reachback_wire import canonical, sentences
from reachback_wire.documents.capability import LIMITS, Capability
from reachback_wire.documents.contract import ApprovalRule, When, Who
from reachback_wire.documents.members import Members
from reachback_wire.refusals import Refusal

_NOT_BUILT = frozenset({"desktop.view", "desktop.control", "install"})


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the customer has: devices by key, tags, teams told of, texts of scripts, approvers."""

    devices: Mapping[str, str]
    tags: frozenset[str]
    teams: frozenset[str]
    scripts: frozenset[str]
    approvers: frozenset[str]
    now: int


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One sentence about a clause (`clause` 0: about the whole). A mistake prevents signing."""

    clause: int
    part: str
    sentence: str
    mistake: bool = True


@dataclass
class _Remarks:
    clause: int
    found: list[Remark] = field(default_factory=list)

    def mistake(self, part: str, sentence: str) -> None:
        self.found.append(Remark(clause=self.clause, part=part, sentence=sentence))

    def note(self, part: str, sentence: str) -> None:
        remark = Remark(clause=self.clause, part=part, sentence=sentence, mistake=False)
        self.found.append(remark)

    def reads(self, part: str, read: Callable[[], object]) -> bool:
        """Whether a device can read this part; else its refusal is the mistake."""
        try:
            read()
        except Refusal as refusal:
            self.mistake(part, refusal.sentence)
            return False
        return True


def remarks(value: Value, known: Known) -> Sequence[Remark]:
    """Return everything there is to say, the whole contract first."""
    found = list(_whole(value, known))
    for clause in shapes.clauses(value):
        found += of_clause(clause, known)
    return found


def of_clause(clause: Value, known: Known) -> Sequence[Remark]:
    """Return what there is to say of one clause."""
    notes = _Remarks(int(clause.get("number", 0)))
    _capabilities(clause, known, notes)
    _who(clause, known, notes)
    _when(clause, notes)
    _approval(clause, known, notes)
    if not any(each.mistake for each in notes.found):
        notes.reads("clause", lambda: shapes.read_clause(clause))
    return notes.found


def _capabilities(clause: Value, known: Known, notes: _Remarks) -> None:
    given = clause.get("capabilities") or []
    if not given:
        notes.mistake("capabilities", _("It allows nothing: choose what may be done."))
    for each in given:
        _capability(shapes.normal(each), known, notes)


def _capability(given: Value, known: Known, notes: _Remarks) -> None:
    try:
        capability = Capability.read(Members(given, "clause"))
    except Refusal as refusal:
        notes.mistake("capabilities", refusal.sentence)
    else:
        _limits(capability, known, notes)


def _limits(capability: Capability, known: Known, notes: _Remarks) -> None:
    name, values = capability.name, capability.values
    if LIMITS[name] and not values and not capability.any:
        words = sentences.capability_words(capability)
        notes.mistake("capabilities", _("It names nothing: nobody may %s.") % words)
    if capability.implies_everything:
        notes.note("capabilities", sentences.EVERYTHING)
    if capability.any:
        words = _("Any script may run: your devices cannot tell a good one from a bad one.")
        notes.note("capabilities", words)
    if name == "exec":
        unread = [each for each in values if each not in known.scripts]
        if unread:
            words = _("Nobody has shown you the text of %(n)s of these scripts.")
            notes.note("capabilities", words % {"n": len(unread)})
    if name in _NOT_BUILT:
        words = _("Today's connectors refuse this capability (%s).") % name
        notes.note("capabilities", words)
    if name.startswith("files.") and any(each in ("/**", "/") for each in values):
        words = _("This is every file of the device that its connector can reach.")
        notes.note("capabilities", words)


def _who(clause: Value, known: Known, notes: _Remarks) -> None:
    given = shapes.normal(clause.get("who") or {})
    if not notes.reads("who", lambda: Who.read(Members(given, "who"))):
        return
    strangers = [team for team in given["teams"] if known.teams and team not in known.teams]
    if strangers:
        words = _("The provider has no team called %s now: nobody would be allowed.")
        notes.note("who", words % sentences.listed([f"“{team}”" for team in strangers], "or"))


def _when(clause: Value, notes: _Remarks) -> None:
    if clause.get("when") is None:
        return
    given = shapes.normal(clause["when"])
    if not notes.reads("when", lambda: When.read(Members(given, "when"))):
        return
    if given["zone"] not in available_timezones():
        words = _("“%s” is no time zone this server knows; write it like Europe/Oslo.")
        notes.mistake("when", words % given["zone"])
    if not given["windows"]:
        notes.mistake("when", _("No window is given: this would never be allowed."))
    if any(not each["days"] for each in given["windows"]):
        notes.mistake("when", _("A window names no day."))


def _approval(clause: Value, known: Known, notes: _Remarks) -> None:
    if clause.get("approval") is None:
        return
    given = shapes.normal(clause["approval"])
    if not notes.reads("approval", lambda: ApprovalRule.read(Members(given, "approval"))):
        return
    if any(key not in known.approvers for key in given["keys"]):
        words = _("An approver's key is not among your keys with the role “approve”.")
        notes.note("approval", words)


def _whole(value: Value, known: Known) -> Sequence[Remark]:
    notes = _Remarks(0)
    if not str(value.get("title", "")).strip():
        notes.mistake("title", _("Give the contract a title."))
    _devices(value, known, notes)
    expires, effective = int(value.get("expires") or 0), int(value.get("effective") or 0)
    if expires <= known.now:
        notes.mistake("expires", _("It has ended already: choose a later last day."))
    elif expires <= effective:
        notes.mistake("expires", _("It ends before it begins."))
    if not shapes.clauses(value):
        words = _("There is no clause: nothing would be allowed, on any device.")
        notes.note("clauses", words)
    frame = {**value, "clauses": [], "title": value.get("title") or "-"}
    if not notes.found or not any(each.mistake for each in notes.found):
        now = known.now
        notes.reads(
            "whole",
            lambda: shapes.complete(frame, organisation="-", keyset=1, serial=1, issued=now),
        )
    _length(value, notes)
    return notes.found


def _devices(value: Value, known: Known, notes: _Remarks) -> None:
    devices = value.get("devices") or {}
    keys, tags = devices.get("keys") or [], devices.get("tags") or []
    if not keys and not tags:
        notes.mistake("devices", _("It covers no device: choose tags or devices."))
    strangers = [key for key in keys if key not in known.devices]
    if strangers:
        words = _("%(n)s of the devices named by key are not yours, or you have not vouched yet.")
        notes.mistake("devices", words % {"n": len(strangers)})
    unused = [tag for tag in tags if tag not in known.tags]
    if unused:
        words = _("None of your devices is tagged %s in a statement you signed.")
        notes.note("devices", words % sentences.listed(unused, "or"))


def _length(value: Value, notes: _Remarks) -> None:
    try:
        canonical.dumps(shapes.normal(value))
    except Refusal as refusal:
        notes.mistake("whole", refusal.sentence)


def faulty(found: Sequence[Remark]) -> bool:
    """Whether something prevents signing."""
    return any(each.mistake for each in found)
