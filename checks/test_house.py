"""The house numbers: sizes, names, annotations and swallowed errors, asserted over every file."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
# The connector's privileged process is called the helper in docs/protocols and in its systemd unit.
PROCESS_NAMES = ("connector/src/reachback_connector/helper/",)
GRAB_BAGS = re.compile(r"(^|/)(utils?|helpers?|common|misc)(\.py|\.ts|/)")
# Process entry points may catch everything: they log it and end the process or the request.
ENTRY_POINTS = {
    "connector/src/reachback_connector/cli.py",
    "gateway/src/reachback_gateway/program.py",
    "server/src/reachback/config/cli.py",
}


def tracked(*patterns: str) -> list[str]:
    """Return the files git knows, or would add, that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]
    return [f for f in files if "/migrations/" not in f and "/vectors/" not in f]


def sources() -> list[str]:
    """Return the Python files of the four packages, tests left out."""
    return [f for f in tracked("*.py") if "/src/" in f and "/tests/" not in f]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@functools.cache
def parsed(file: str) -> ast.Module:
    """Parse a file of the tree."""
    return ast.parse((ROOT / file).read_text())


def test_no_file_is_longer_than_the_cap() -> None:
    long = {
        file: lines
        for file in tracked("*.py", "*.ts", "*.css", "*.html")
        if (lines := len((ROOT / file).read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_the_cap() -> None:
    long = [
        f"{file}:{node.lineno} {node.name}"
        for file in sources()
        for node in functions(parsed(file))
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_has_a_grab_bag_name() -> None:
    found = [f for f in tracked("*.py", "*.ts") if GRAB_BAGS.search(f)]
    assert [f for f in found if not f.startswith(PROCESS_NAMES)] == []


def test_every_function_is_annotated() -> None:
    bare = []
    for file in sources():
        for node in functions(parsed(file)):
            arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            unnamed = [
                a for a in arguments if a.annotation is None and a.arg not in {"self", "cls"}
            ]
            if node.returns is None or unnamed:
                bare.append(f"{file}:{node.lineno} {node.name}")
    assert bare == []


def test_no_broad_except_outside_process_entry_points() -> None:
    broad = [
        f"{file}:{node.lineno}"
        for file in sources()
        if file not in ENTRY_POINTS
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
        and not _raises_again(node)
        and not _ends_a_process_loop(file, node)
    ]
    assert broad == []


def _raises_again(node: ast.ExceptHandler) -> bool:
    """A handler that only tidies up and raises again swallows nothing."""
    last = node.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _ends_a_process_loop(file: str, node: ast.ExceptHandler) -> bool:
    """A worker's loop records the failure on the row it was working on; its comment says so."""
    line = (ROOT / file).read_text().splitlines()[node.lineno - 1]
    return "noqa: BLE001 - " in line


def test_no_internal_import_hides_in_a_function() -> None:
    hidden = []
    for file in sources():
        for function in functions(parsed(file)):
            for node in ast.walk(function):
                names = []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                if any(name.startswith("reachback") for name in names) and not _entry(file):
                    hidden.append(f"{file}:{node.lineno}")
    assert hidden == []


def _entry(file: str) -> bool:
    """Django's AppConfig.ready and the command line import late because Django must be set up
    first.
    """
    return file.endswith("/apps.py") or file in ENTRY_POINTS or "/config/" in file


def test_only_the_clock_reads_the_clock() -> None:
    pattern = re.compile(r"datetime\.now\(|timezone\.now\(|utcnow\(")
    readers = [
        file
        for file in sources()
        if file.startswith("server/")
        and not file.endswith("kernel/clock.py")
        and pattern.search((ROOT / file).read_text())
    ]
    assert readers == []


def test_pages_are_rendered_from_contexts_only() -> None:
    """`ui.pages.render` takes a PageContext; Django's own shortcuts would take any dict."""
    shortcuts = {"render", "render_to_response", "TemplateResponse", "SimpleTemplateResponse"}
    around = [
        f"{file}:{node.lineno}"
        for file in sources()
        if file.startswith("server/")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.shortcuts", "django.template.response"))
        and shortcuts & {alias.name for alias in node.names}
    ]
    assert around == []


def test_every_decision_has_its_own_number() -> None:
    numbers = [Path(f).name.split("-")[0] for f in tracked("docs/decisions/*.md")]
    assert len(numbers) == len(set(numbers))
    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)


def test_no_commit_names_a_machine() -> None:
    words = re.compile(r"/work/(main|wt|shared|venv)|\.\./shared/(?!data)")
    naming = [
        f
        for f in tracked("*.py", "*.ts", "*.md", "*.sh", "Makefile", "*.toml")
        if f != "checks/test_house.py" and words.search((ROOT / f).read_text())
    ]
    assert naming == []


@pytest.mark.parametrize("room", ["wire", "connector", "gateway", "server"])
def test_the_median_module_is_short(room: str) -> None:
    lengths = sorted(
        len((ROOT / f).read_text().splitlines()) for f in sources() if f.startswith(f"{room}/")
    )
    assert lengths, f"{room} has no modules"
    assert lengths[len(lengths) // 2] <= 120
