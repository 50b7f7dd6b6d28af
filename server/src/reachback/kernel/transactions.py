"""What may and may not happen inside a write transaction."""

import logging

from django.conf import settings
from django.db import connection

_log = logging.getLogger(__name__)


class TransactionRequired(RuntimeError):
    """Called outside a transaction although its effect must be one with its cause."""


class WorkInsideTransaction(RuntimeError):
    """Something slow was asked for while a transaction, and on SQLite the writer lock, is held."""


def require_transaction(caller: str) -> None:
    """Raise TransactionRequired unless a transaction is open on the default connection."""
    if not connection.in_atomic_block:
        msg = f"{caller} must be called inside transaction.atomic()"
        raise TransactionRequired(msg)


def in_own_transaction() -> bool:
    """Whether a transaction of our code is open; the one a test case wraps itself in is not."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def assert_not_writing(what: str) -> None:
    """Refuse `what` (templates, hashing, files, network) while a transaction is open.

    Raises WorkInsideTransaction when settings.REACHBACK_STRICT (tests, development); otherwise
    logs an error and goes on: a slow page is better than none.
    """
    if not in_own_transaction():
        return
    msg = f"{what} inside a write transaction: every other writer waits for it"
    if settings.REACHBACK_STRICT:
        raise WorkInsideTransaction(msg)
    _log.error(msg, stack_info=True)
