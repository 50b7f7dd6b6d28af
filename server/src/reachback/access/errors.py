"""The errors of access.

ReachbackError
  DocumentRefused       400  a published document does not hold; `code` of documents.md
  AccessRefused         403  the contract, a narrowing or a clock says no; carries the clause
  DeviceExpected        409  a device in contact on demand: one is told when it is there
  TicketRefused         403  ticket unknown, spent, expired, or for another key
  ScriptRefused         400  a script's text, limits or parameters cannot be kept; names the field
  RecipeRefused         400  a recipe's scripts do not belong together; names the field
  BadSearch             400  a search of the library that cannot be read
  ArgumentsRefused      400  answers to a script's parameters; a sentence for each field
Conflict
  ScriptNameTaken       409  another script has this name
  RecipeNameTaken       409  another recipe has this name
  AlreadyLocked         409  a lock on the same person, device, customer or everything stands
  StepNotDue            409  a recipe's step that is under way, over, or not its turn
  DraftMoved            409  somebody else changed this part of the draft meanwhile
  DraftFaulty           409  a draft with mistakes cannot be signed
  RoundOpen             409  another document of this kind is being signed
  RoundClosed           409  nothing is collected for this document any more
NotPermitted
  MayNotConnect         403  only technicians and managers of the provider open sessions
  MayNotGovern          403  only the customer's administrators publish and revoke
  MayNotWatch           403
  MayNotLock            403  only the provider's managers and administrators lock and lift
  MayNotSearchRecords   403  only auditors, managers and the customer's administrators
  MayNotKeepScripts     403  only technicians and managers of the provider change the library
NotFound
  UnknownSession        404
  NoContract            404
  NoSuchScript          404  no such script, version or run
  NoSuchLock            404
  NoSuchRecipe          404  no such recipe, version or run of one
  NoDraft               404  nothing is being written
  UnknownRound          404
Unavailable
  RecordsKeyMissing     503  what recordings are sealed with is not here, or does not fit
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reachback.kernel.errors import Conflict, NotFound, NotPermitted, ReachbackError, Unavailable


class DocumentRefused(ReachbackError):
    """A document that does not hold: forged, rolled back, or of another organisation."""


class AccessRefused(ReachbackError):
    """What was asked is not allowed; the sentence is for the technician."""

    status = 403

    def __init__(self, code: str, sentence: str, clause: int = 0) -> None:
        super().__init__(code, sentence, clause=clause)
        self.clause = clause


class DeviceExpected(ReachbackError):
    """The contract allows it, and the device is not in contact: it is expected, and waited for."""

    status = 409

    def __init__(self, sentence: str) -> None:
        said = _("You are told when it is there; you may leave this page.")
        super().__init__("device-expected", f"{sentence} {said}")


class TicketRefused(ReachbackError):
    """A ticket that does not admit."""

    status = 403

    def __init__(self, code: str) -> None:
        super().__init__(code, _("This ticket does not admit: ask for a new one."))


class MayNotConnect(NotPermitted):
    """This person opens no sessions."""

    def __init__(self) -> None:
        super().__init__("may-not-connect", _("You may not open sessions on devices."))


class MayNotGovern(NotPermitted):
    """This person does not govern the customer's contract."""

    def __init__(self) -> None:
        sentence = _("Only an administrator of the customer may do this.")
        super().__init__("may-not-govern", sentence)


class MayNotWatch(NotPermitted):
    """This person may not watch this session."""

    def __init__(self) -> None:
        super().__init__("may-not-watch", _("You may not watch this session."))


class UnknownSession(NotFound):
    """No such session, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("session-unknown", _("There is no such session."))


class NoContract(NotFound):
    """The customer has no contract in force."""

    def __init__(self) -> None:
        super().__init__("contract-missing", _("There is no contract in force."))


class ScriptRefused(ReachbackError):
    """What cannot be kept as a script; `field` is where it was typed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("script-refused", sentence, field=field)
        self.field = field


class ArgumentsRefused(ReachbackError):
    """Answers that a script's parameters do not take; `fields` has a sentence for each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        first = next(iter(fields.values()), "")
        super().__init__("arguments-refused", first, fields=dict(fields))
        self.fields = dict(fields)


class ScriptNameTaken(Conflict):
    """Another script of the library has this name."""

    def __init__(self, name: str) -> None:
        sentence = _("There is a script called “%(name)s” already.") % {"name": name[:80]}
        super().__init__("script-name-taken", sentence)


class MayNotKeepScripts(NotPermitted):
    """This person does not change the library."""

    def __init__(self) -> None:
        sentence = _("Only technicians and managers write and retire scripts.")
        super().__init__("may-not-keep-scripts", sentence)


class NoSuchScript(NotFound):
    """No such script, version or run, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("script-unknown", _("There is no such script."))


class RecipeRefused(ReachbackError):
    """What cannot be kept as a recipe; `field` is where it was chosen."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("recipe-refused", sentence, field=field)
        self.field = field


class RecipeNameTaken(Conflict):
    """Another recipe of the library has this name."""

    def __init__(self, name: str) -> None:
        sentence = _("There is a recipe called “%(name)s” already.") % {"name": name[:80]}
        super().__init__("recipe-name-taken", sentence)


class StepNotDue(Conflict):
    """This step of a recipe does not begin now."""

    def __init__(self, sentence: str) -> None:
        super().__init__("step-not-due", sentence)


class NoSuchRecipe(NotFound):
    """No such recipe, version or run of one, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("recipe-unknown", _("There is no such recipe."))


class AlreadyLocked(Conflict):
    """The same lock stands."""

    def __init__(self) -> None:
        super().__init__("already-locked", _("This is locked already."))


class MayNotLock(NotPermitted):
    """This person neither locks nor lifts."""

    def __init__(self) -> None:
        sentence = _("Only the provider's managers and administrators lock remote access.")
        super().__init__("may-not-lock", sentence)


class NoSuchLock(NotFound):
    """No such lock, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("lock-unknown", _("There is no such lock."))


class DraftMoved(Conflict):
    """Two administrators wrote in one place; `who` was first."""

    def __init__(self, who: str) -> None:
        sentence = _("%(who)s changed this meanwhile. What you wrote is still here: compare.")
        super().__init__("draft-moved", sentence % {"who": who or _("Somebody")}, who=who)


class DraftFaulty(Conflict):
    """A draft in which something is still wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__("draft-faulty", sentence)


class RoundOpen(Conflict):
    """One document of a kind is signed at a time."""

    def __init__(self, title: str) -> None:
        sentence = _("“%(title)s” is being signed. Withdraw it first, or wait until it is done.")
        super().__init__("round-open", sentence % {"title": title[:80]})


class RoundClosed(Conflict):
    """The signing is over."""

    def __init__(self) -> None:
        sentence = _("Nothing is signed here any more: it was published or withdrawn.")
        super().__init__("round-closed", sentence)


class NoDraft(NotFound):
    """Nobody is writing a contract here."""

    def __init__(self) -> None:
        super().__init__("draft-missing", _("No contract is being written."))


class UnknownRound(NotFound):
    """No such document to sign, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("round-unknown", _("There is no such document to sign."))


class RecordsKeyMissing(Unavailable):
    """What is sealed cannot be opened: the records key is missing or another one."""

    def __init__(self, reason: str) -> None:
        sentence = _(
            "This is sealed, and the key that opens it is missing: %(reason)s "
            "Whoever runs this server puts the key back; nothing was deleted."
        )
        super().__init__("records-key-missing", sentence % {"reason": reason[:400]})


class BadSearch(ReachbackError):
    """What was typed cannot be read as a search; the sentence says what may be typed."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad-search", sentence)


class MayNotSearchRecords(NotPermitted):
    """This person does not look through recordings."""

    def __init__(self) -> None:
        sentence = _(
            "Recordings are searched by the provider's auditors and managers, and by the "
            "customer's administrators."
        )
        super().__init__("may-not-search-records", sentence)
