"""Every setting a process reads is in the handbook, and the handbook names no other."""

from __future__ import annotations

import ast
import re

from checks.test_house import ROOT, parsed, sources

HANDBOOK = ROOT / "docs" / "handbook" / "settings.md"
NAME = re.compile(r"REACHBACK_[A-Z]+(?:_[A-Z]+)*")


def read_by_processes() -> set[str]:
    """Return every variable a package names in a string of its own."""
    return {
        node.value
        for file in sources()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and NAME.fullmatch(node.value)
    }


def documented() -> set[str]:
    """Return the settings that have a row in the handbook."""
    rows = [line for line in HANDBOOK.read_text().splitlines() if line.startswith("| `")]
    return {match[0] for row in rows if (match := NAME.search(row.split("|")[1]))}


def test_the_handbook_and_the_readers_name_the_same_settings() -> None:
    assert read_by_processes() == documented()
