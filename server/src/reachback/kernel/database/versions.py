"""What the SQLite at hand is known to get wrong."""

import logging
import sqlite3

#: First release that cannot corrupt a database when a WAL is reset during a checkpoint.
SAFE_SQLITE = (3, 51, 3)

_log = logging.getLogger(__name__)


def warn_if_old(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Log a warning for an SQLite older than SAFE_SQLITE; return whether it was too old."""
    if version >= SAFE_SQLITE:
        return False
    _log.warning(
        "SQLite %s has a rare WAL corruption defect, mended in %s. One writer, and checkpoints "
        "only under its lock, make it unlikely; keep backups (`reachback backup FILE`).",
        ".".join(map(str, version)),
        ".".join(map(str, SAFE_SQLITE)),
    )
    return True
