"""docs/handbook/bad-input.md names tests that exist and acts that the code records."""

from __future__ import annotations

import re
from pathlib import Path

from checks.test_threat_model import NAMED, missing

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs/handbook/bad-input.md").read_text("utf-8")
ROWS = [line.split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][1:]
KINDS = (
    "frame", "token", "ticket", "forged", "rolled-back", "expired", "wider", "replayed", "26 h",
    "html", "escape sequences", "output", "full disk", "cloned", "locked", "web process down",
)  # fmt: skip


def test_every_test_the_table_names_exists() -> None:
    assert len(ROWS) >= 19
    assert [row[0] for row in ROWS if not NAMED.search(row[4])] == []
    assert missing(TABLE) == []


def test_every_kind_of_bad_input_has_a_row() -> None:
    said = " ".join(row[0].lower() for row in ROWS)
    assert [kind for kind in KINDS if kind not in said] == []


def test_every_act_the_table_names_is_recorded_somewhere() -> None:
    server = ROOT / "server/src/reachback"
    words = "".join(path.read_text("utf-8") for path in sorted(server.glob("*/acts.py")))
    named = {act for row in ROWS for act in re.findall(r"`(\w+\.\w+)`", row[3])}
    assert len(named) >= 14
    assert [act for act in sorted(named) if f'"{act}"' not in words] == []


def test_every_row_has_a_sentence_and_an_act() -> None:
    assert [row[0] for row in ROWS if not row[2].strip() or not re.search(r"`\w", row[3])] == []
