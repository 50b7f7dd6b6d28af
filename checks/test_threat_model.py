"""THREAT_MODEL.md names tests that exist, and the table of mutations fits the tree."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

from checks.threat_mutations import load

ROOT = Path(__file__).resolve().parent.parent
MODEL = (ROOT / "THREAT_MODEL.md").read_text("utf-8")
NAMED = re.compile(r"([\w/.-]+\.py)::(test_\w+)")
CLAIMS = MODEL.split("## What each can and cannot do")[1].split("\n## ")[0]


@functools.cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of the tests of a file; none when there is no such file."""
    if not (ROOT / file).is_file():
        return frozenset()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    found = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in found)


def missing(text: str) -> list[str]:
    """Return the named tests that are not there."""
    return [f"{file}::{name}" for file, name in NAMED.findall(text) if name not in names_in(file)]


def test_every_test_the_threat_model_names_exists() -> None:
    assert len(NAMED.findall(MODEL)) > 50
    assert missing(MODEL) == []


def test_every_claim_names_a_test() -> None:
    claims = re.findall(r"^- .*?(?=^- |^#|\Z)", CLAIMS, re.MULTILINE | re.DOTALL)
    assert len(claims) > 30
    assert [claim for claim in claims if not NAMED.search(claim)] == []


def test_every_mutation_still_applies_and_names_a_test_that_exists() -> None:
    mutations = load()
    assert len(mutations) >= 16
    for mutation in mutations:
        text = (ROOT / mutation.file).read_text("utf-8")
        assert mutation.applied(text) != text
        assert missing(mutation.test) == []
        assert (ROOT / mutation.test.split("::")[0]).is_file()


def test_every_defence_is_named_once() -> None:
    names = [mutation.defence for mutation in load()]
    assert len(names) == len(set(names))
