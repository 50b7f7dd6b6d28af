"""What may go wrong in insight.

kernel.NotPermitted
  MayNotReport               insight.report      this person may not read reports
kernel.NotFound
  NoSuchSheet                insight.sheet       there is no such table to download
"""

from django.utils.translation import gettext as _

from reachback.kernel.errors import NotFound, NotPermitted


class MayNotReport(NotPermitted):
    """Members of a customer, and people without a role, do not read reports."""

    def __init__(self) -> None:
        super().__init__(
            "insight.report",
            _("Reports are for agents and for your organisation's administrators."),
        )


class NoSuchSheet(NotFound):
    """A download was asked for by a name the report has not."""

    def __init__(self, name: str) -> None:
        super().__init__("insight.sheet", _("The report has no such table."), name=name)
