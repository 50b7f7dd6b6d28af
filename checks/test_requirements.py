"""What a package imports it also requires: an installation without the test tools must run."""

from __future__ import annotations

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from checks.test_house import ROOT, parsed, sources

ROOMS = ["wire", "connector", "gateway", "server"]
# Django imports these by name when a database is set; no line of ours does.
IMPORTED_BY_NAME = {"server": {"psycopg", "django-allauth", "django-htmx"}}
# Started as programs beside the server, never imported by it.
PROGRAMS = {"server": {"reachback-connector", "reachback-gateway"}}


@functools.cache
def requirements(room: str) -> frozenset[str]:
    """Return the distributions a room's pyproject names, as the index writes them."""
    project = tomllib.loads((ROOT / room / "pyproject.toml").read_text("utf-8"))["project"]
    return frozenset(normal(re.split(r"[\[<>=~! ;]", each)[0]) for each in project["dependencies"])


def normal(name: str) -> str:
    """Write a distribution's name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def at_run_time(nodes: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield imports of these statements and what they hold; not those only a type checker sees."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from at_run_time(node.orelse)
        else:
            held = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and each != node]
            yield from (each for each in held if isinstance(each, ast.Import | ast.ImportFrom))


def imported(file: str) -> set[str]:
    """Return the top names a file imports when it runs, our own relative ones left out."""
    names: set[str] = set()
    for node in at_run_time(parsed(file).body):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif node.module is not None and node.level == 0:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def of_room(room: str) -> dict[str, str]:
    """Return what a room's sources import, each with a file that does."""
    found = {}
    for file in sources():
        if file.startswith(f"{room}/src/"):
            found.update(dict.fromkeys(imported(file), file))
    own = {path.name for path in (ROOT / room / "src").iterdir()}
    return {name: file for name, file in found.items() if name not in own}


@pytest.mark.parametrize("room", ROOMS)
def test_every_import_is_required(room: str) -> None:
    brought_by = packages_distributions()
    brought_by |= {f"reachback_{each}": [f"reachback-{each}"] for each in ROOMS}
    missing = {
        name: file
        for name, file in of_room(room).items()
        if not {normal(each) for each in brought_by.get(name, [name])} & requirements(room)
    }
    assert missing == {}, f"name them in {room}/pyproject.toml"


@pytest.mark.parametrize("room", ROOMS)
def test_every_requirement_is_imported(room: str) -> None:
    brought_by = packages_distributions()
    used = {normal(each) for name in of_room(room) for each in brought_by.get(name, [name])}
    used |= {normal(name) for name in of_room(room)}
    idle = requirements(room) - used - IMPORTED_BY_NAME.get(room, set()) - PROGRAMS.get(room, set())
    assert idle == set(), f"{room}/pyproject.toml requires what nothing imports"


def test_an_import_behind_a_type_checkers_condition_is_none(tmp_path: Path) -> None:
    text = "if TYPE_CHECKING:\n    import a\nelse:\n    import b\ntry:\n    import c\nfinally: ..."
    found = [each.names[0].name for each in at_run_time(ast.parse(text).body)]
    assert sorted(found) == ["b", "c"]
