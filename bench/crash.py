"""500 facts and 500 timers whose workers die by kill -9 again and again: lost, and done twice.

The program is that of the kernel's own crash test. "Begun again" is work a kill interrupted: its
effect is written with the same transaction, so that only one of the two counts.
"""

import json
import os
import secrets
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from checks import postgres

from bench.results import Figure, Report
from reachback.kernel.tests import test_crash

NUMBER = 500


def crash(environment: dict[str, str]) -> tuple[dict[str, Any], int, int]:
    """Prepare, kill at random effects until nothing is left; (counts, kills, effects begun)."""
    test_crash.run(environment, "prepare", str(NUMBER))
    started = Counter[str]()
    for kills in count():
        after = 1 + secrets.randbelow(160)
        if not test_crash.kill_in_the_middle(environment, after, started):
            counted = json.loads(test_crash.run(environment, "count"))
            return counted, kills, started.total()
    raise AssertionError


def measure(report: Report, name: str, environment: dict[str, str]) -> None:
    """Run once on this database and report."""
    began = time.perf_counter()
    found, kills, begun = crash(environment)
    effects: dict[str, int] = found["effects"]
    lost = 2 * NUMBER - len(effects)
    twice = sum(times - 1 for times in effects.values())
    seconds = time.perf_counter() - began
    report.add(
        Figure(
            f"{NUMBER} facts + {NUMBER} timers on {name}, {kills} times kill -9",
            f"{lost} lost, {twice} done twice, {begun - 2 * NUMBER} begun again ({seconds:.0f} s)",
            bar="0 lost, duplicates counted",
            met=lost == 0 and found["states"] == {"done": 2 * NUMBER},
        )
    )


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REACHBACK_")}
    shared = {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "REACHBACK_DATA": str(folder)}
    measure(report, "SQLite", shared)
    with postgres.cluster() as url:
        measure(report, "PostgreSQL", {**shared, "REACHBACK_DATABASE_URL": url})
    report.notes.append("The workers are killed, not the PostgreSQL server (private, fsync off).")
    return report
