"""Enter new migrations in checks/migrations.json; entered ones are never rewritten."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from checks.test_migrations import LEDGER, digests

if __name__ == "__main__":
    landed: dict[str, str] = json.loads(LEDGER.read_text()) if LEDGER.exists() else {}
    LEDGER.write_text(json.dumps({**digests(), **landed}, indent=1, sort_keys=True) + "\n")
