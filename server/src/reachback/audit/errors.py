"""Errors of the audit log.

NotPermitted
  LogNotReadable    audit-not-readable: this actor may not read this log
NotFound
  NoSuchLeaf        audit-no-leaf: the row has no place in this log (yet)
"""

from django.utils.translation import gettext as _

from reachback.kernel.errors import NotFound, NotPermitted


class LogNotReadable(NotPermitted):
    """This actor may not read this log."""

    def __init__(self) -> None:
        super().__init__("audit-not-readable", _("You may not read this audit log."))


class NoSuchLeaf(NotFound):
    """The row has no place in this log, or not yet."""

    def __init__(self) -> None:
        super().__init__("audit-no-leaf", _("This entry is not in the log, or not yet."))
