"""Facts and timers survive kill -9 at any instant: none lost, each effect in our records once."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

PROGRAM = Path(__file__).with_name("crash_program.py")
POSTGRES = os.environ.get("REACHBACK_TEST_POSTGRES") or os.environ.get("REACHBACK_DATABASE_URL", "")
FACTS_AND_TIMERS = int(os.environ.get("REACHBACK_TEST_CRASH_COUNT", "100"))


@pytest.fixture
def embedded(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "REACHBACK_DATABASE_URL"}
    return {**kept, "REACHBACK_DATA": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture
def server(embedded: dict[str, str]) -> Iterator[dict[str, str]]:
    if not POSTGRES:
        pytest.skip("REACHBACK_TEST_POSTGRES names no PostgreSQL server")
    name = f"reachback_crash_{uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
        address, _, options = POSTGRES.partition("?")
        url = f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        yield {**embedded, "REACHBACK_DATABASE_URL": url}
        owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, str(PROGRAM), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def kill_in_the_middle(environment: dict[str, str], after: int, started: Counter[str]) -> bool:
    """Kill the workers after so many effects have begun; return whether work was left."""
    command = [sys.executable, str(PROGRAM), "work"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as crew:
        assert crew.stdout is not None
        try:
            for line in crew.stdout:
                started[line.strip()] += 1
                after -= 1
                if after == 0:
                    crew.kill()
        except BaseException:
            # A test that is stopped leaves nobody behind, or leaving the block would wait for ever.
            crew.kill()
            raise
    return crew.returncode != 0


def crash_again_and_again(environment: dict[str, str]) -> tuple[dict[str, Any], int, int]:
    run(environment, "prepare", str(FACTS_AND_TIMERS))
    started, kills = Counter[str](), 0
    for after in cycle((3, 41, 17, 64, 29)):
        if not kill_in_the_middle(environment, after, started):
            break
        kills += 1
    return json.loads(run(environment, "count")), kills, sum(started.values())


def check(crash: Callable[[], tuple[dict[str, Any], int, int]]) -> None:
    found, kills, begun = crash()
    total = 2 * FACTS_AND_TIMERS
    assert kills >= 4
    assert found["states"] == {"done": total}
    assert len(found["effects"]) == total
    assert set(found["effects"].values()) == {1}
    # Each kill can strike at most one fact and one timer in the middle of its effect.
    assert begun - total <= 2 * kills
    sys.stdout.write(f"{total} effects, {kills} kills, {begun - total} begun twice\n")


def test_nothing_is_lost_or_done_twice_under_kill_9_on_sqlite(embedded: dict[str, str]) -> None:
    check(lambda: crash_again_and_again(embedded))


def test_nothing_is_lost_or_done_twice_under_kill_9_on_postgresql(server: dict[str, str]) -> None:
    check(lambda: crash_again_and_again(server))
