"""The tree of errors that may reach a person.

    ReachbackError                 something a person can be told
      NotPermitted                 403, may not
      NotFound                     404, is not there, or may not be known to be there
      Conflict                     409, somebody else was faster
      Unavailable                  503, a part of Reachback is not running
        DatabaseBusy               503, another writer held the database for too long

Each app grows its own branch in `APP/errors.py` and draws it there.
"""

from typing import ClassVar

from django.utils.translation import gettext as _


class ReachbackError(Exception):
    """An error with a stable code, a translated sentence for a person, and data for a program."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, sentence: str, **data: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.data = data


class NotPermitted(ReachbackError):
    """The actor may not do this."""

    status = 403


class NotFound(ReachbackError):
    """There is no such thing, or this actor may not know of it: the two look the same."""

    status = 404


class Conflict(ReachbackError):
    """The thing changed since the actor looked."""

    status = 409


class Unavailable(ReachbackError):
    """A part of the installation does not answer now."""

    status = 503


class DatabaseBusy(Unavailable):
    """Another writer held the database for longer than anybody's patience."""

    def __init__(self) -> None:
        sentence = _(
            "The database was busy for too long, so this was not saved. Nothing else was lost: "
            "try again in a moment."
        )
        super().__init__("database-busy", sentence)
