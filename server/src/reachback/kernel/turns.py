"""One after the other: transactions about the same thing, before there is a row to lock."""

import hashlib

from django.db import connection

from reachback.kernel.transactions import require_transaction


def take_turn(kind: str, key: object) -> None:
    """Wait until no other transaction has its turn at this thing; the turn ends with this one.

    Inside a transaction only. What was committed by the one before is seen by queries after this.
    SQLite has one writer at a time anyhow, so there is nothing to wait for.
    """
    require_transaction("turns.take_turn")
    if connection.vendor != "postgresql":
        return
    digest = hashlib.sha256(f"{kind}:{key}".encode()).digest()
    with connection.cursor() as cursor:
        number = int.from_bytes(digest[:8], signed=True)  # a lock's key is a signed 64-bit number
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
