"""The errors of approvals, below those of access.

AccessRefused
  QueueFull             429  too many requests of this technician, or to this customer, wait
Conflict
  NotWaiting            409  the request was answered, withdrawn, or is over
NotFound
  NoSuchApproval        404
NotPermitted
  MayNotAnswer          403  not an approver of this request, or its own requester
ReachbackError
  KeyRefused            400  a key that cannot be registered
  RotaRefused           400  an order or hours that cannot be kept
"""

from django.utils.translation import gettext as _

from reachback.access.errors import AccessRefused
from reachback.kernel.errors import Conflict, NotFound, NotPermitted, ReachbackError


class QueueFull(AccessRefused):
    """Nobody can read so many requests; some have to be answered or withdrawn first."""

    status = 429

    def __init__(self, sentence: str) -> None:
        super().__init__("approval-queue-full", sentence)


class NotWaiting(Conflict):
    """The request does not wait any more."""

    def __init__(self, state: str) -> None:
        sentence = _("This request does not wait any more: %(state)s.") % {"state": state}
        super().__init__("not-waiting", sentence)


class NoSuchApproval(NotFound):
    """No such request, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("approval-unknown", _("There is no such request for approval."))


class MayNotAnswer(NotPermitted):
    """This person does not approve this."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__("may-not-answer", sentence or _("You are not asked to approve this."))


class KeyRefused(ReachbackError):
    """A key that cannot be registered."""

    def __init__(self, sentence: str) -> None:
        super().__init__("key-refused", sentence)


class RotaRefused(ReachbackError):
    """An order or hours that cannot be kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__("rota-refused", sentence)
