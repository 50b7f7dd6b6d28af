"""Durability: which commits are on disk before they are reported, at any price."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from reachback.kernel.transactions import require_transaction


def require_full() -> None:
    """Have the open transaction synced to disk before its commit returns.

    For alerts, pages, spent grants and log heads. Everything else on SQLite may lose its last
    moments at power loss (never at a crash of the program).
    """
    require_transaction("durability.require_full")
    if connection.vendor == "sqlite":
        connection.require_full_durability()  # type: ignore[attr-defined]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO on")


@contextmanager
def full() -> Iterator[None]:
    """Open a transaction (or join the open one) whose commit is on disk before it returns."""
    with transaction.atomic():
        require_full()
        yield
