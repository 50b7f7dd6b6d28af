"""Run the checks of `make test` and `make test-all`; say what ran, what failed and how long
each took.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checks import components, postgres

BIN = Path(sys.executable).parent
PYTHON_ROOMS = ["wire", "connector", "gateway", "server", "checks", "journeys", "bench"]
SOURCES = [f"{room}/src" for room in ("wire", "connector", "gateway", "server")]


def tool(name: str, *arguments: str) -> list[str]:
    """Return the command of a tool in our own environment."""
    return [str(BIN / name), *arguments]


def tracked(*patterns: str) -> list[str]:
    """Return the files git knows that match."""
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


class Report:
    """Runs steps and remembers their outcome."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, bool, float]] = []

    def step(self, name: str, command: list[str], **environment: str) -> bool:
        """Run one command; its output is the reader's, its exit code ours."""
        print(f"\n── {name}", flush=True)
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
        self.outcomes.append((name, done.returncode == 0, time.monotonic() - started))
        return done.returncode == 0

    def close(self, skipped: list[str]) -> int:
        """Print the table and return the exit code."""
        print("\n── summary")
        for name, passed, seconds in self.outcomes:
            print(f"{'ok  ' if passed else 'FAIL'} {seconds:7.1f} s  {name}")
        for name in skipped:
            print(f"skip            {name}")
        failed = sum(not passed for _, passed, _ in self.outcomes)
        print(f"{len(self.outcomes) - failed} passed, {failed} failed, {len(skipped)} skipped")
        return 1 if failed else 0


def browser_tools(report: Report) -> None:
    """Bring the browser's development tools; the lock file decides the versions."""
    bring = "from server import build_browser as b; b.bring_packages(development=True)"
    report.step("browser tools", [sys.executable, "-c", bring])


def npm_run(report: Report, name: str, script: str) -> None:
    """Run one of the browser's scripts with the node the build uses."""
    from server import build_browser  # noqa: PLC0415 - a script beside the packages

    _, npm = build_browser.node_and_npm()
    command = [*npm, "--prefix", "browser", "run", "--silent", script]
    report.step(name, command, **build_browser.node_environment())


def lint(report: Report) -> None:
    """Style, spelling, templates, import contracts, TypeScript."""
    report.step("ruff check", tool("ruff", "check", "--quiet", "."))
    report.step("ruff format", tool("ruff", "format", "--check", "--quiet", "."))
    templates = tracked("server/*.html")
    if templates:
        report.step("djade", tool("djade", "--check", "--target-version", "5.2", *templates))
        djlint = tool("djlint", "--quiet", "--configuration", "pyproject.toml", "--lint")
        report.step("djlint", [*djlint, *templates])
    report.step("codespell", tool("codespell", *tracked("*.py", "*.md", "*.html", "*.ts", "*.css")))
    report.step(
        "import contracts", tool("lint-imports", "--no-cache"), PYTHONPATH=":".join(SOURCES)
    )
    npm_run(report, "biome and tsc", "check")


def types(report: Report) -> None:
    """Types, strictly."""
    report.step("mypy", tool("mypy", "--no-error-summary", *SOURCES))


def unit(report: Report, everything: bool) -> None:  # noqa: FBT001
    """Unit tests and vectors; the server's on SQLite and on PostgreSQL."""
    slow = [] if everything else ["-m", "not slow"]
    quick = ["-q", "-n", "2", "--dist", "loadfile", *slow]
    report.step("wire", tool("pytest", "wire", "checks", *quick))
    report.step("connector", tool("pytest", "connector", *quick))
    report.step("gateway", tool("pytest", "gateway", *quick))
    report.step("server on SQLite", tool("pytest", "server", *quick))
    with postgres.cluster() as url:
        report.step(
            "server on PostgreSQL", tool("pytest", "server", *quick), REACHBACK_DATABASE_URL=url
        )
    npm_run(report, "browser", "test")
    npm_run(report, "weight of a page", "size")


def threats(report: Report) -> None:
    """Remove each defence; its test must go red."""
    report.step("threat mutations", [sys.executable, "checks/threat_mutations.py"])


def journeys(report: Report, everything: bool) -> None:  # noqa: FBT001
    """Stories end to end: Chromium, a connector, a shell, both databases."""
    slow = [] if everything else ["-m", "not slow"]
    with postgres.cluster() as url:
        report.step(
            "journeys",
            tool("pytest", "journeys", "-q", "-p", "no:randomly", *slow),
            REACHBACK_JOURNEY_POSTGRES=url,
        )


def main() -> int:
    """Parse what to run, install what is missing, run, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="with everything that is slow")
    parser.add_argument("--only", choices=["lint", "types", "unit", "journeys"])
    parser.add_argument("--allow-skips", action="store_true", help="count missing parts, go on")
    asked = parser.parse_args()
    if asked.allow_skips:
        os.environ["REACHBACK_ALLOW_SKIPS"] = "1"  # tests that need root count as skipped then
    absent = components.missing(everything=asked.all)
    if asked.only not in {"lint", "types"} and not components.install(absent):
        absent = components.missing(everything=asked.all)
        for component in absent:
            print(f"missing: {component.name} (apt-get install {component.package})")
        if not asked.allow_skips:
            print(f"0 passed, {len(absent)} failed")
            return 1
    else:
        absent = []
    report = Report()
    steps: dict[str, Callable[[], None]] = {
        "lint": lambda: lint(report),
        "types": lambda: types(report),
        "unit": lambda: unit(report, asked.all),
        "journeys": lambda: journeys(report, asked.all),
    }
    browser_tools(report)
    for name, run in steps.items():
        if asked.only in (None, name):
            run()
    if asked.all and asked.only is None:
        threats(report)
    return report.close([component.name for component in absent])


if __name__ == "__main__":
    sys.exit(main())
