"""Remove each defence in a scratch copy of the tree and name the test that goes red.

`make threat-mutations`, or with words: only the mutations whose defence or file contains one.
The table is checks/threat_mutations.toml. Exit code 1 when a mutation survives (its test stays
green), when its lines are no longer there, or when a test is red without any mutation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_suffix(".toml")
ROOMS = ("wire", "connector", "gateway", "server")
WORKERS = 2
PATIENCE_SECONDS = 300
WHOLE_SECONDS = 900
SOME_FAILED = 1  # pytest's exit codes: every other one but 0 means that nothing was tested


@dataclass(frozen=True)
class Mutation:
    """A defence, the edits that take it out of a file, and the test that proves it."""

    defence: str
    file: str
    test: str
    edits: tuple[tuple[str, str], ...]

    def applied(self, text: str) -> str:
        """Return the file without the defence; ValueError when its lines are not there once."""
        for remove, put in self.edits:
            if text.count(remove) != 1:
                msg = f"{self.file} has these lines {text.count(remove)} times: {remove.strip()}"
                raise ValueError(msg)
            text = text.replace(remove, put)
        return text


@dataclass(frozen=True)
class Outcome:
    """What came of one mutation."""

    mutation: Mutation
    word: str
    detail: str
    seconds: float


def load(words: Sequence[str] = ()) -> list[Mutation]:
    """Read the table; with words, only what contains one of them."""
    found = [
        Mutation(
            entry["defence"],
            entry["file"],
            entry["test"],
            tuple((edit["remove"], edit["put"]) for edit in entry["edit"]),
        )
        for entry in tomllib.loads(TABLE.read_text("utf-8"))["mutation"]
    ]
    return [m for m in found if not words or any(w in f"{m.defence} {m.file}" for w in words)]


def copy_tree(to: Path) -> None:
    """Copy what git knows, and what has been built beside it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name)
    built = "server/src/reachback/ui/static/ui/built"
    if (ROOT / built).is_dir():
        shutil.copytree(ROOT / built, to / built, dirs_exist_ok=True)


def run_tests(
    tree: Path, tests: Sequence[str], patience: float = PATIENCE_SECONDS
) -> tuple[int, str]:
    """Run tests in a tree, importing from that tree only; pytest's exit code and output."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REACHBACK_")}
    environment["PYTHONPATH"] = ":".join(str(tree / room / "src") for room in ROOMS)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-p", "no:randomly", *tests]
    done = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience,
    )
    return done.returncode, done.stdout


def failed_test(output: str) -> str:
    """Return the name of the test that pytest says failed, and what it saw instead."""
    lines = output.splitlines()
    names = [line.split("::")[-1].split(" - ")[0] for line in lines if line.startswith("FAILED ")]
    seen = [line[1:].strip() for line in lines if line.startswith("E   ")]
    return f"{names[0]}: {seen[0][:150]}" if names and seen else ""


def judge(mutation: Mutation, trees: SimpleQueue[Path]) -> Outcome:
    """Apply one mutation in a free tree, run its test, put the file back."""
    tree = trees.get()
    file = tree / mutation.file
    began = time.monotonic()
    whole = file.read_text("utf-8") if file.exists() else ""
    try:
        file.write_text(mutation.applied(whole), "utf-8")
        code, output = run_tests(tree, [mutation.test])
        word = {0: "SURVIVED", SOME_FAILED: "red"}.get(code, "NOT RUN")
        detail = failed_test(output) if word == "red" else output.strip()[-300:]
    except (ValueError, OSError) as error:
        word, detail = "NOT APPLIED", str(error)
    except subprocess.TimeoutExpired:
        word, detail = "NOT RUN", f"{mutation.test} did not end"
    finally:
        if whole:
            file.write_text(whole, "utf-8")
        trees.put(tree)
    outcome = Outcome(mutation, word, detail, time.monotonic() - began)
    say(outcome)
    return outcome


def say(outcome: Outcome) -> None:
    """Print one row of the table."""
    mutation = outcome.mutation
    lines = " / ".join(remove.strip().splitlines()[0] for remove, _ in mutation.edits)
    print(f"{outcome.word:12}{outcome.seconds:6.1f} s  {mutation.defence}")
    print(f"{'':22}{mutation.file}: without `{lines}`")
    print(f"{'':22}{outcome.detail}", flush=True)


def green_before(tree: Path, mutations: Sequence[Mutation]) -> bool:
    """Whether every named test passes while all defences are there."""
    good = True
    tests = sorted({m.test for m in mutations})
    for room in ROOMS:
        named = [test for test in tests if test.startswith(f"{room}/")]
        if named:
            code, output = run_tests(tree, named, WHOLE_SECONDS)
            if code:
                good = False
                print(f"red without any mutation in {room}:\n{output[-2000:]}")
    return good


def main(words: Sequence[str]) -> int:
    """Judge every mutation and print the table."""
    mutations = load(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="reachback-mutations-") as scratch:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            tree = Path(scratch) / str(number)
            copy_tree(tree)
            trees.put(tree)
        first = trees.get()
        good = green_before(first, mutations)
        trees.put(first)
        with ThreadPoolExecutor(WORKERS) as pool:
            outcomes = list(pool.map(lambda mutation: judge(mutation, trees), mutations))
    red = sum(outcome.word == "red" for outcome in outcomes)
    took = time.monotonic() - began
    print(f"{len(outcomes)} defences removed, {red} noticed, in {took:.0f} s")
    return 0 if good and red == len(outcomes) and outcomes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
