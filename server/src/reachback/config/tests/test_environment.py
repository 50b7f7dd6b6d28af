"""Settings are read with their types, and a wrong one is named in a sentence."""

from pathlib import Path

import pytest

from reachback.config import databases, environment
from reachback.config.environment import BadSetting

NAME = "REACHBACK_TEST_ONLY"


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), ("off", False), ("", False)]
)
def test_switches(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    assert environment.envbool(NAME, default=True)
    monkeypatch.setenv(NAME, text)
    assert environment.envbool(NAME, default=not value) is value


@pytest.mark.parametrize("text", ["perhaps", "2"])
def test_a_switch_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(BadSetting, match=f"{NAME} is '{text}'"):
        environment.envbool(NAME, default=False)


def test_numbers_have_a_least_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.envint(NAME, default=8) == 8
    monkeypatch.setenv(NAME, "3")
    assert environment.envint(NAME, default=8, least=1) == 3
    for bad in ("0", "-1", "many", "1.5"):
        monkeypatch.setenv(NAME, bad)
        with pytest.raises(BadSetting, match=NAME):
            environment.envint(NAME, default=8, least=1)


def test_a_secret_comes_from_one_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert environment.envsecret(NAME) is None
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(file))
    assert environment.envsecret(NAME) == "from a file"
    monkeypatch.setenv(NAME, "and from a variable")
    with pytest.raises(BadSetting, match="keep one"):
        environment.envsecret(NAME)
    monkeypatch.delenv(NAME)
    file.unlink()
    with pytest.raises(BadSetting, match="cannot be read"):
        environment.envsecret(NAME)


def test_paths_are_absolute_and_lists_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "~/x")
    assert environment.envpath(NAME, default=Path("y")) == Path.home() / "x"
    monkeypatch.setenv(NAME, " a.example, ,b.example ")
    assert environment.envlist(NAME, default=()) == ["a.example", "b.example"]


def test_a_database_address_becomes_settings() -> None:
    found = databases.from_url("postgresql://ada:p%40ss@db:5433/reach?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db", "5433", "reach")
    assert (found["USER"], found["PASSWORD"]) == ("ada", "p@ss")
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert databases.from_url("postgres:///reach?host=/run/pg")["HOST"] == "/run/pg"
    assert databases.from_url("sqlite:///srv/r.sqlite3")["NAME"] == "/srv/r.sqlite3"
    with pytest.raises(BadSetting, match="mysql"):
        databases.from_url("mysql://x/y")
