"""The errors of cases.

- ReachbackError
  - CaseNotFound (404): no such case, or one this actor may not know of
  - MayNot (403): the actor may not do this to the case
  - BadFilter: a typed filter that cannot be read; `token` is the part
  - CannotUndo (409): the case went on since
  - WrongState (409): the case is not in a state that allows it
  - BadEntry: an entry, resolution or case with something missing or too long; `field` names it
"""

from reachback.kernel.errors import Conflict, NotFound, NotPermitted, ReachbackError


class CaseNotFound(NotFound):
    """No such case, or one this actor may not know of: the same to them."""

    def __init__(self, sentence: str, *, number: object) -> None:
        super().__init__("cases.not_found", sentence, number=str(number))


class MayNot(NotPermitted):
    """The actor may not do this to the case."""

    def __init__(self, sentence: str, *, action: str) -> None:
        super().__init__("cases.may_not", sentence, action=action)


class BadFilter(ReachbackError):
    """A typed filter that cannot be read."""

    def __init__(self, sentence: str, *, token: str) -> None:
        super().__init__("cases.bad_filter", sentence, token=token)


class CannotUndo(Conflict):
    """The case went on since, or too much time has passed."""

    def __init__(self, sentence: str) -> None:
        super().__init__("cases.cannot_undo", sentence)


class WrongState(Conflict):
    """The case is not in a state that allows it."""

    def __init__(self, sentence: str, *, status: str) -> None:
        super().__init__("cases.wrong_state", sentence, status=status)


class BadEntry(ReachbackError):
    """Something a person typed is missing or too long."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__("cases.bad_entry", sentence, field=field)
