"""`rename`, `remove`, `mkdir`: done on open folders, so that no path is looked up twice."""

from __future__ import annotations

import ctypes
import os
import re
import stat
from typing import Any, Final

from reachback_connector.files.paths import FileRefused, Spot, Territory

_NO_REPLACE: Final = 1
_PART: Final = re.compile(r"\.[0-9a-f]{32}\.reachback-part")
_libc = ctypes.CDLL(None, use_errno=True)


def rename(territory: Territory, path: str, to: str) -> dict[str, Any]:
    """Give a file or folder another name or place; nothing is ever replaced. OSError."""
    with territory.spot(path) as old, territory.spot(to) as new:
        _there(old)
        if _PART.fullmatch(old.name):
            # nobody has held its content against the SHA-256, or the scan, it was announced with
            raise FileRefused("part", "This is an unfinished upload: upload it to its end.")
        done = _libc.renameat2(
            old.folder, os.fsencode(old.name), new.folder, os.fsencode(new.name), _NO_REPLACE
        )
        if done < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return {"path": old.path, "to": new.path}


def remove(territory: Territory, path: str) -> dict[str, Any]:
    """Remove a file, a link itself, or an empty folder. OSError."""
    with territory.spot(path) as spot:
        status = _there(spot)
        if stat.S_ISDIR(status.st_mode):
            os.rmdir(spot.name, dir_fd=spot.folder)
        else:
            os.unlink(spot.name, dir_fd=spot.folder)
        return {"path": spot.path, "size": status.st_size}


def mkdir(territory: Territory, path: str) -> dict[str, Any]:
    """Make a folder. OSError."""
    with territory.spot(path) as spot:
        os.mkdir(spot.name, 0o755, dir_fd=spot.folder)
        return {"path": spot.path}


def _there(spot: Spot) -> os.stat_result:
    status = spot.status()
    if status is None:
        raise FileRefused("not-found", "There is no such file or folder.")
    return status
