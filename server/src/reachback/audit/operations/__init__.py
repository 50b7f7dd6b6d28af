"""What may be done to the log: append to it."""

from reachback.audit.operations.record import record

__all__ = ["record"]
