"""One write operation per module: keyword-only, `actor` and `now` given."""

from reachback.delivery.operations.prefer import prefer
from reachback.delivery.operations.send import send
from reachback.delivery.operations.subscribe import subscribe, unsubscribe

__all__ = ["prefer", "send", "subscribe", "unsubscribe"]
