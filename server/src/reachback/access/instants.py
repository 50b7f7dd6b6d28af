"""Between documents' milliseconds and the database's instants. Pure."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (instant - _EPOCH) // _MILLISECOND


def instant(value: int) -> datetime:
    """Return the instant of milliseconds since 1970, at most the year 9999."""
    try:
        return min(_EPOCH + timedelta(milliseconds=value), _LAST)
    except OverflowError:
        return _LAST
