"""Who signs out: the front lets go of what was handed out on that sign-in."""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction

from reachback.kernel import front
from reachback.kernel.errors import ReachbackError

_log = logging.getLogger(__name__)


def _tell(person: str) -> None:
    try:
        front.ask("/streams/end", {"audience": [f"user:{person}"]})
    except ReachbackError as error:
        _log.info("streams/end: %s", error.sentence)


def _signed_out(*, user: Any = None, **_more: Any) -> None:  # noqa: ANN401 - a signal's receiver
    """Live updates end, and pages opened through devices ask for a new ticket (front.md)."""
    if user is not None:
        person = str(user.pk)
        transaction.on_commit(lambda: _tell(person))


def listen() -> None:
    """Hear of every sign-out."""
    user_logged_out.connect(_signed_out, dispatch_uid="people.leaving")
