"""Structured logs: one JSON line per event with a stable name.

Never the contents of a session, never a secret: callers hand over identifiers, counts and codes.
Texts that came from outside are cut to 200 characters and stripped of control characters.
"""

import json
import sys
from typing import TextIO

from reachback_gateway.clock import wall_ms

_LONGEST = 200

Field = str | int | float | bool | None


def clean(text: str) -> str:
    """Return `text` printable and at most 200 characters long."""
    cut = text[:_LONGEST]
    return "".join(letter if letter.isprintable() else "�" for letter in cut)


class Journal:
    """Writes events to a stream (standard error in the program) and counts them by name."""

    __slots__ = ("_stream", "counters")

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self.counters: dict[str, int] = {}

    def say(self, event: str, /, **fields: Field) -> None:
        """Write one line `{"at":…, "event":…, …}`; `event` is stable and documented by its use."""
        self.counters[event] = self.counters.get(event, 0) + 1
        line: dict[str, Field] = {"at": wall_ms(), "event": event}
        for name, value in fields.items():
            line[name] = clean(value) if isinstance(value, str) else value
        stream = self._stream or sys.stderr
        stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        stream.flush()
