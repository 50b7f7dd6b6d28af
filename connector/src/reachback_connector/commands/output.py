"""What a command prints for a person, or for a program with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable


def say(lines: Iterable[str]) -> None:
    """Write lines to standard output."""
    sys.stdout.write("\n".join(lines) + "\n")


def say_json(value: object) -> None:
    """Write a value as indented JSON."""
    say([json.dumps(value, indent=1, ensure_ascii=False)])
