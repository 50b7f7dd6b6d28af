"""Gapless numbers per kind, for example the numbers of cases."""

from django.db import connection

from reachback.kernel.transactions import require_transaction


def next_number(kind: str) -> int:
    """Return the next number of this kind, from 1.

    Inside a transaction only: a roll-back gives the number back, so no number is ever missing.
    Concurrent callers wait for each other on the row of the kind.
    """
    require_transaction("numbers.next_number")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_number (kind, value) VALUES (%s, 1) "
            "ON CONFLICT (kind) DO UPDATE SET value = kernel_number.value + 1 RETURNING value",
            [kind],
        )
        (value,) = cursor.fetchone()
    return int(value)
