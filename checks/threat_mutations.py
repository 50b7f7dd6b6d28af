"""Remove each defence in a scratch copy of the tree and name the test that goes red.

`make threat-mutations`, or with words: only the mutations whose defence or file contains one.
The table is checks/threat_mutations.toml. Exit code 1 when a mutation survives (its test stays
green), when its lines are no longer there, or when a test is red without any mutation.
A run that was interrupted goes on where it was: var/threat-mutations.json keeps what is proved of
this very tree, and nothing of any other. `--again` forgets it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
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
KEPT = ROOT / "var" / "threat-mutations.json"
WORKERS = max(2, os.cpu_count() or 2)
PATIENCE_SECONDS = 300
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


def run_test(tree: Path, test: str) -> tuple[int, str]:
    """Run a test in a tree, importing from that tree only; pytest's exit code and output.

    TimeoutExpired when it does not end; what it started is then ended with it.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REACHBACK_")}
    environment["PYTHONPATH"] = ":".join(str(tree / room / "src") for room in ROOMS)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-p", "no:randomly", test]
    with subprocess.Popen(
        command,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            output, _ = running.communicate(timeout=PATIENCE_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    return running.returncode, output


class Proofs:
    """What is proved of this very tree: tests green as it is, mutations that were noticed."""

    def __init__(self, tree: Path, path: Path = KEPT) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._tree = digest_of(tree)
        self._known: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(path.read_text("utf-8"))
            if kept["tree"] == self._tree:
                self._known = kept["known"]

    def get(self, name: str) -> str | None:
        """What was seen, None when it is not proved yet."""
        return self._known.get(name)

    def keep(self, name: str, detail: str) -> None:
        """Write a proof down at once: the run may be interrupted."""
        with self._lock:
            self._known[name] = detail
            self._path.parent.mkdir(exist_ok=True)
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({"tree": self._tree, "known": self._known}, indent=1))
            new.replace(self._path)


def digest_of(tree: Path) -> str:
    """A digest of every file's name and content."""
    whole = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(tree)} {content}\n".encode())
    return whole.hexdigest()


def failed_test(output: str) -> str:
    """Return the name of the test that pytest says failed, and what it saw instead."""
    lines = output.splitlines()
    names = [line.split("::")[-1].split(" - ")[0] for line in lines if line.startswith("FAILED ")]
    seen = [line[1:].strip() for line in lines if line.startswith("E   ")]
    return f"{names[0]}: {seen[0][:150]}" if names and seen else ""


def judge(mutation: Mutation, trees: SimpleQueue[Path], proofs: Proofs) -> Outcome:
    """Apply one mutation in a free tree, run its test, put the file back."""
    name = f"{mutation.defence} [{mutation.test}]"
    began = time.monotonic()
    known = proofs.get(name)
    if known is not None:
        word, detail = "red", f"{known} (seen before)"
    else:
        word, detail = attempt(mutation, trees)
        if word == "red":
            proofs.keep(name, detail)
    outcome = Outcome(mutation, word, detail, time.monotonic() - began)
    say(outcome)
    return outcome


def attempt(mutation: Mutation, trees: SimpleQueue[Path]) -> tuple[str, str]:
    """What the mutation's test says without the defence, as a word and a line of detail."""
    tree = trees.get()
    file = tree / mutation.file
    whole = file.read_text("utf-8") if file.exists() else ""
    try:
        file.write_text(mutation.applied(whole), "utf-8")
        code, output = run_test(tree, mutation.test)
        word = {0: "SURVIVED", SOME_FAILED: "red"}.get(code, "NOT RUN")
        return word, failed_test(output) if word == "red" else output.strip()[-300:]
    except (ValueError, OSError) as error:
        return "NOT APPLIED", str(error)
    except subprocess.TimeoutExpired:
        return "NOT RUN", f"{mutation.test} did not end"
    finally:
        if whole:
            file.write_text(whole, "utf-8")
        trees.put(tree)


def say(outcome: Outcome) -> None:
    """Print one row: the defence, the patch that took it out, the test that went red."""
    mutation = outcome.mutation
    rows = [f"{outcome.word:12}{outcome.seconds:6.1f} s  {mutation.defence}", mutation.file]
    for remove, put in mutation.edits:
        rows += [f"  - {line.strip()}" for line in remove.strip().splitlines()]
        rows += [f"  + {line.strip()}" for line in put.strip().splitlines()]
    rows += [mutation.test, outcome.detail]
    print(f"\n{'':22}".join(rows), flush=True)


def green(test: str, trees: SimpleQueue[Path], proofs: Proofs) -> bool:
    """Whether a test passes while all defences are there."""
    if proofs.get(test) is not None:
        return True
    tree = trees.get()
    try:
        code, output = run_test(tree, test)
    except subprocess.TimeoutExpired:
        code, output = 1, "it did not end"
    finally:
        trees.put(tree)
    if code == 0:
        proofs.keep(test, "green")
    else:
        print(f"red without any mutation: {test}\n{output[-2000:]}", flush=True)
    return code == 0


def main(words: Sequence[str]) -> int:
    """Judge every mutation and print the table."""
    if "--again" in words:
        KEPT.unlink(missing_ok=True)
        words = [word for word in words if word != "--again"]
    mutations = load(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="reachback-mutations-") as scratch:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            tree = Path(scratch) / str(number)
            copy_tree(tree)
            trees.put(tree)
        proofs = Proofs(tree)
        tests = sorted({m.test for m in mutations})
        with ThreadPoolExecutor(WORKERS) as pool:
            good = all(list(pool.map(lambda test: green(test, trees, proofs), tests)))
            outcomes = list(pool.map(lambda one: judge(one, trees, proofs), mutations))
    red = sum(outcome.word == "red" for outcome in outcomes)
    took = time.monotonic() - began
    print(f"{len(outcomes)} defences removed, {red} noticed, in {took:.0f} s")
    return 0 if good and red == len(outcomes) and outcomes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
