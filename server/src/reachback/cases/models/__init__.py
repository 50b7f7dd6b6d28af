"""The nouns of cases."""

from reachback.cases.models.case import Case
from reachback.cases.models.draft import Draft
from reachback.cases.models.entry import Entry
from reachback.cases.models.resolution import Resolution

__all__ = ["Case", "Draft", "Entry", "Resolution"]
