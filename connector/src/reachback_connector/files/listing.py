"""What is in a folder, page by page, and what one name is."""

from __future__ import annotations

import base64
import json
import os
import stat
from typing import Any, Final

from reachback_connector.files.paths import FileRefused, Territory, open_folder

ENTRIES_MOST: Final = 100_000
_PAGE_BYTES: Final = 48_000
_KINDS: Final = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


def describe(name: str, status: os.stat_result) -> dict[str, Any]:
    """An entry: name, kind, size in bytes, time of change in ms, mode bits.

    A name that is no UTF-8 also says its bytes (`raw`, base64).
    """
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    entry: dict[str, Any] = {
        "name": shown,
        "kind": _KINDS.get(stat.S_IFMT(status.st_mode), "other"),
        "size": status.st_size,
        "changed": status.st_mtime_ns // 1_000_000,
        "mode": stat.S_IMODE(status.st_mode),
    }
    if shown != name:
        entry["raw"] = base64.b64encode(os.fsencode(name)).decode()
    return entry


def list_folder(territory: Territory, path: str, start: int) -> dict[str, Any]:
    """A page of a folder from its `start`th name on; `next` is where the following page begins.

    Names the contract does not allow are left out. FileRefused, OSError.
    """
    with territory.place(path) as (place, real):
        folder = open_folder(place)
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - of an open folder, never of a path
            if len(names) > ENTRIES_MOST:
                raise FileRefused("too-many", f"The folder has more than {ENTRIES_MOST} names.")
            return _page(territory, folder, real, names, start)
        finally:
            os.close(folder)


def _page(
    territory: Territory, folder: int, real: str, names: list[str], start: int
) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    room = _PAGE_BYTES
    at = max(0, start)
    while at < len(names) and room > 0:
        name = names[at]
        at += 1
        if not territory.contains(f"{real.rstrip('/')}/{name}"):
            continue
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            continue
        entry = describe(name, status)
        room -= len(json.dumps(entry))
        entries.append(entry)
    return {"path": real, "entries": entries, "next": at if at < len(names) else 0}
