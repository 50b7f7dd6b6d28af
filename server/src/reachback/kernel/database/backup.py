"""Backups of the embedded database by SQLite's own backup API, never by copying files."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from reachback.kernel.errors import ReachbackError


class BackupRefused(ReachbackError):
    """This backup cannot be made; the sentence says what to do instead."""


def backup(destination: Path) -> int:
    """Write a consistent copy of the live database to a new file, mode 0600; return its bytes.

    Writers go on meanwhile. Raises BackupRefused when the file exists or PostgreSQL holds the data.
    """
    database = settings.DATABASES["default"]
    if "sqlite3" not in database["ENGINE"]:
        raise BackupRefused("backup-postgresql", _("Data is in PostgreSQL: use pg_dump."))
    draft = destination.with_name(f".{destination.name}.part")
    try:
        os.close(os.open(destination, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        sentence = _("The backup cannot be written: %(reason)s.") % {"reason": error.strerror}
        raise BackupRefused("backup-file", sentence) from error
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(f"file:{database['NAME']}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target, pages=1_000)
            target.execute("PRAGMA journal_mode=DELETE").close()
        draft.replace(destination)
    except sqlite3.Error as error:
        destination.unlink(missing_ok=True)
        sentence = _("The backup failed: %(reason)s.") % {"reason": str(error)}
        raise BackupRefused("backup-failed", sentence) from error
    finally:
        draft.unlink(missing_ok=True)
    return destination.stat().st_size
