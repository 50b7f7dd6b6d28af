"""A script's run as the case's timeline tells it."""

from datetime import UTC, datetime

import pytest

from reachback.access.recordings import runs, words
from reachback.access.recordings.story import Story

DIGEST = "sha256:" + "a" * 64
ACCOUNT = {
    "script": DIGEST,
    "interpreter": "sh",
    "arguments": [{"name": "days", "value": 7}, {"name": "deep", "value": True}],
    "reason": "ended",
    "stdout": {"bytes": 12, "sha256": DIGEST},
    "stderr": {"bytes": 3, "sha256": DIGEST},
    "left": 0,
}


def test_a_run_is_told_with_its_digest_arguments_and_output() -> None:
    ran, wrote = runs.sentences(ACCOUNT)
    assert ran == f"Script {DIGEST} (sh), with days=7, deep=True."
    assert wrote == f"It wrote 12 bytes of output ({DIGEST}) and 3 bytes of errors ({DIGEST})."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("time-limit", "at its time limit"),
        ("output-limit", "at its output limit"),
        ("stopped", "The technician stopped it."),
        ("cut", "was cut"),
        ("refused", "nothing was run"),
    ],
)
def test_what_ended_a_run_is_said(reason: str, words: str) -> None:
    assert words in runs.sentences({**ACCOUNT, "reason": reason, "left": 2})[2]
    assert runs.sentences({**ACCOUNT, "left": 2})[2] == "2 processes it left running were ended."


def test_a_lying_account_is_shortened_and_harms_nothing() -> None:
    hostile = {"script": "x" * 9_000, "arguments": [1, {"name": ["a"]}], "stdout": 4, "left": -1}
    found = runs.sentences(hostile)
    assert all(len(each) < 600 for each in found)
    assert "\x1b" not in runs.sentences({"script": "\x1b[2J"})[0]


def test_a_session_of_one_script_speaks_of_no_shell() -> None:
    about = words.Session(
        technician="Tomás Rivera",
        device="lijiang-frontdesk",
        run_as="guest",
        clause=4,
        zone="UTC",
        started=datetime(2026, 11, 22, 8, tzinfo=UTC),
        ended=datetime(2026, 11, 22, 8, 1, tzinfo=UTC),
    )
    story = Story(kind="exec", script=dict(ACCOUNT), exit={"status": 3, "signal": None})
    found = words.sentences(about, [story])
    assert found[0].startswith("Tomás Rivera ran a script on lijiang-frontdesk as guest")
    assert found[-1] == "It lasted 1 min 0 s and ended with exit status 3."
    assert not any("shell" in each or "entered" in each for each in found)
