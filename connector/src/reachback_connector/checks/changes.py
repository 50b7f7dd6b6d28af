"""What changed on this device since all was well: told by the device, in sentences.

Sentences are bounded and free of control characters; the reader's page escapes them as well.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from reachback_connector.checks.looks import file_digest
from reachback_connector.platform.port import Platform

_TEXT_LIMIT: Final = 65_536
_LINES: Final = 6
_SENTENCE: Final = 300
_SAME_START_MS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A watched file or process as it was: size and mtime (ms) and text, or pid and start (ms)."""

    present: bool
    sha256: str = ""
    size: int = 0
    modified: int = 0
    text: str = ""
    pid: int = 0
    started: int = 0

    def to_value(self) -> dict[str, Any]:
        return asdict(self)


def take(entry: Mapping[str, Any], platform: Platform) -> Snapshot:
    """The state of a watched thing now: `{"path": …}` or `{"process": …}`."""
    if "process" in entry:
        found = platform.processes(str(entry["process"]))
        if not found:
            return Snapshot(present=False)
        return Snapshot(present=True, pid=found[0].pid, started=found[0].started)
    path = Path(str(entry.get("path", "")))
    try:
        state = path.stat()
        digest = file_digest(path)
        text = path.read_bytes()[:_TEXT_LIMIT].decode(errors="replace")
    except OSError:
        return Snapshot(present=False)
    modified = int(state.st_mtime * 1000)
    return Snapshot(present=True, sha256=digest, size=state.st_size, modified=modified, text=text)


def compare(entry: Mapping[str, Any], before: Snapshot, after: Snapshot) -> list[str]:
    """Sentences about the difference; empty when there is none."""
    if "process" in entry:
        return _process(str(entry["process"]), before, after)
    return _file(str(entry.get("path", "")), before, after)


def _process(name: str, before: Snapshot, after: Snapshot) -> list[str]:
    label = f"The process “{name[:80]}”"
    if not after.present:
        return [clean(f"{label} is no longer running.")] if before.present else []
    if not before.present:
        return [clean(f"{label} was started at {_at(after.started)}.")]
    if before.pid != after.pid or abs(before.started - after.started) > _SAME_START_MS:
        return [clean(f"{label} was restarted at {_at(after.started)}.")]
    return []


def _file(path: str, before: Snapshot, after: Snapshot) -> list[str]:
    if before.present and not after.present:
        return [clean(f"{path} was removed.")]
    if after.present and not before.present:
        return [clean(f"{path} appeared, {after.size} bytes, at {_at(after.modified)}.")]
    if before.sha256 == after.sha256:
        return []
    first = (
        f"{path} was changed at {_at(after.modified)}: "
        f"{before.size} bytes before, {after.size} bytes now."
    )
    return [clean(first), *_lines(before.text, after.text)]


def _lines(before: str, after: str) -> list[str]:
    """The first lines that differ."""
    found = []
    difference = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    for line in difference:
        if line.startswith(("---", "+++", "@@")):
            continue
        word = "Removed" if line.startswith("-") else "Added"
        found.append(clean(f"{word}: {line[1:]}"))
        if len(found) > _LINES:
            return [*found[:_LINES], "… and more lines."]
    return found


def clean(text: str) -> str:
    """At most 300 characters, control characters and direction overrides made visible."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: _SENTENCE + 1])
    return shown if len(shown) <= _SENTENCE else shown[: _SENTENCE - 1] + "…"


def _at(instant: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(instant / 1000))
