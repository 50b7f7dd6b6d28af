"""What the page about locks knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reachback.access.models import Lock
from reachback.access.web.locks.forms import LockForm
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class LocksPage(PageContext):
    """The locks that stand, those lifted lately, and the form for a new one."""

    standing: Sequence[Lock]
    lifted: Sequence[Lock]
    form: LockForm
    may_lock: bool
    now: datetime
