"""One write operation per module: keyword-only, `actor` and `now` given."""

from reachback.delivery.operations.prefer import prefer
from reachback.delivery.operations.send import send
from reachback.delivery.operations.send_test import send_test
from reachback.delivery.operations.subscribe import subscribe, unsubscribe
from reachback.delivery.operations.try_again import try_again

__all__ = ["prefer", "send", "send_test", "subscribe", "try_again", "unsubscribe"]
