"""Landed migrations never change: their digests are kept beside them and only grow."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEDGER = ROOT / "checks" / "migrations.json"
APPS = ROOT / "server" / "src" / "reachback"


def digests() -> dict[str, str]:
    """Return path → SHA-256 of every migration."""
    files = [f for f in APPS.glob("*/migrations/*.py") if f.name != "__init__.py"]
    return {
        str(file.relative_to(APPS)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_landed_migrations_are_unchanged_and_new_ones_are_entered() -> None:
    landed: dict[str, str] = json.loads(LEDGER.read_text())
    present = digests()
    changed = [path for path, digest in landed.items() if present.get(path) != digest]
    assert changed == [], "a landed migration was edited: write a new one"
    unentered = sorted(set(present) - set(landed))
    assert unentered == [], "enter new migrations: python checks/enter_migrations.py"
