"""Typed parameters: what is asked before a script runs, and what an answer has to be."""

import pytest

from reachback.access.errors import ArgumentsRefused, ScriptRefused
from reachback.access.scripts import clauses, texts, versions
from reachback.access.scripts import parameters as typed
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion
from reachback_wire.documents import Contract, forms

DAYS = Parameter(name="days", label="Days", kind="number", required=True, least=1, most=365)
NAME = Parameter(name="name", label="Name", kind="text", longest=12)
WHICH = Parameter(name="which", label="Which", kind="choice", choices=("nginx", "apache2"))
DEEP = Parameter(name="deep", label="Deep", kind="boolean")
PLACE = Parameter(name="place", label="Where", kind="path", beneath="/var/log")


def test_answers_become_the_arguments_that_are_signed_in_the_parameters_order() -> None:
    given = {"deep": "on", "days": " 7 ", "which": "nginx", "name": "e\u0301tage", "place": ""}
    found = typed.arguments([DAYS, NAME, WHICH, DEEP, PLACE], given)
    assert found == [
        {"name": "days", "value": 7},
        {"name": "name", "value": "étage"},
        {"name": "which", "value": "nginx"},
        {"name": "deep", "value": True},
        {"name": "place", "value": ""},
    ]
    assert typed.said(found) == "days=7, name=étage, which=nginx, deep=true, place="


@pytest.mark.parametrize(
    ("parameter", "given"),
    [
        (DAYS, ""),
        (DAYS, "7.5"),
        (DAYS, "0"),
        (DAYS, "366"),
        (DAYS, "\u0667"),
        (DAYS, "9" * 40),
        (NAME, "thirteen char"),
        (NAME, "two\nlines"),
        (NAME, "\x1b[2J"),
        (NAME, "a\u202eb"),
        (NAME, "\ud800"),
        (WHICH, "caddy"),
        (PLACE, "log"),
        (PLACE, "/var/log/../../etc"),
        (PLACE, "//var/log"),
        (PLACE, "/var/logs"),
        (PLACE, "/etc/passwd"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_at_its_own_field(
    parameter: Parameter, given: str
) -> None:
    with pytest.raises(ArgumentsRefused) as refused:
        typed.arguments([DEEP, parameter], {parameter.name: given})
    assert list(refused.value.fields) == [parameter.name]
    assert refused.value.fields[parameter.name]


def test_a_path_may_be_the_folder_itself_or_lie_in_it() -> None:
    assert typed.answer(PLACE, "/var/log") == "/var/log"
    assert typed.answer(PLACE, "/var/log/nginx/error.log") == "/var/log/nginx/error.log"


def test_shell_marks_are_an_answer_like_any_other_because_no_shell_reads_them() -> None:
    loose = Parameter(name="name", label="Name", kind="text")
    assert typed.answer(loose, "$(reboot); `id` & 'x'") == "$(reboot); `id` & 'x'"


@pytest.mark.parametrize(
    "wrong",
    [
        Parameter(name="Days", label="", kind="number"),
        Parameter(name="days", label="", kind="date"),
        Parameter(name="days", label="", kind="choice"),
        Parameter(name="days", label="", kind="number", least=9, most=3),
        Parameter(name="days", label="", kind="number", default="many"),
        Parameter(name="days", label="", kind="path", beneath="log"),
    ],
)
def test_a_parameter_that_cannot_be_asked_is_refused_when_it_is_declared(wrong: Parameter) -> None:
    with pytest.raises(ScriptRefused) as refused:
        versions.columns(NewVersion(text="true", parameters=(wrong,)))
    assert refused.value.field == "parameters"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": "é" * 33_000}, "text"),
        ({"interpreter": "perl"}, "interpreter"),
        ({"interpreter": "powershell"}, "interpreter"),
        ({"time_limit": 0}, "time_limit"),
        ({"time_limit": 86_401}, "time_limit"),
        ({"output_limit": 0}, "output_limit"),
        ({"output_limit": 16 * 1_048_576 + 1}, "output_limit"),
        ({"parameters": (DAYS, DAYS)}, "parameters"),
        ({"parameters": tuple(Parameter(name=f"n{n}", label="", kind="text") for n in range(13))},
         "parameters"),
    ],
)  # fmt: skip
def test_a_version_that_could_not_run_is_refused_with_its_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(ScriptRefused) as refused:
        versions.columns(NewVersion(**({"text": "true"} | change)))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_text_is_kept_with_line_feeds_so_that_its_digest_is_that_of_its_file() -> None:
    kept = versions.columns(NewVersion(text="echo a\r\necho b"))
    assert kept["text"] == "echo a\necho b\n"
    assert kept["size"] == 14
    assert kept["digest"] == texts.digest("echo a\necho b\n")


def test_a_difference_shows_what_was_added_and_removed_with_lines_around() -> None:
    before = "".join(f"line {n}\n" for n in range(20))
    after = before.replace("line 10\n", "--- ten\n")
    found = [(each.sign, each.text) for each in texts.difference(before, after)]
    assert ("-", "line 10") in found
    assert ("+", "--- ten") in found
    assert found[0][0] == "…"
    assert len(found) == 9
    assert texts.difference(before, before) == []


def test_the_clause_that_is_offered_for_signing_is_one_the_customers_tool_reads() -> None:
    digest = texts.digest("true\n")
    form = """
        type = "reachback-contract"
        organisation = "lotus"
        title = "Care"
        effective = 2026-01-01T00:00:00Z
        expires = 2027-01-01T00:00:00Z
        [provider]
        name = "Northstar"
        grant_keys = []
    """
    text = form + clauses.clause(digest, number=4, teams=["Remote “night” team"])
    contract = forms.from_toml(text, issued=1)
    assert isinstance(contract, Contract)
    (clause,) = contract.clauses
    assert clause.capabilities[0].values == (digest,)
    assert clause.who.teams == ("Remote “night” team",)
    assert (clause.number, clause.case_required) == (4, True)
