"""What may be done to the installation, one write operation per module."""

from reachback.site.operations.retry_failed import retry_failed

__all__ = ["retry_failed"]
