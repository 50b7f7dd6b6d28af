"""What was done to files, as the case's timeline and the replay tell it."""

from datetime import UTC, datetime

from reachback.access.recordings import touched, words
from reachback.access.recordings.story import Story

SUM = "ab" * 32
ABOUT = words.Session(
    technician="Tomás Rivera",
    device="lijiang-frontdesk",
    run_as="guest",
    clause=3,
    zone="Asia/Shanghai",
    started=datetime(2026, 11, 22, 0, 0, tzinfo=UTC),
    ended=datetime(2026, 11, 22, 0, 1, tzinfo=UTC),
)


def _story(*told: dict[str, object], number: int = 1) -> Story:
    story = Story(key=f"s.{number}", kind="files")
    story.touches = [touched.touch(each, at) for at, each in enumerate(told, number)]
    return story


def test_a_session_of_files_speaks_of_files_with_their_digests() -> None:
    looked = _story(
        {"operation": "list", "path": "/srv"},
        {"operation": "list", "path": "/srv"},
        {"operation": "list", "path": "/srv/in"},
    )
    wrote = _story(
        {"operation": "put", "path": "/srv/f", "size": 12, "sha256": SUM, "backup": "f.bak"},
        {"operation": "rename", "path": "/srv/f", "to": "/srv/g"},
        {"operation": "remove", "path": "/srv/h", "size": 3},
        number=2,
    )
    found = words.sentences(ABOUT, [looked, wrote])
    assert found[0] == (
        "Tomás Rivera opened files of lijiang-frontdesk at 08:00 (Asia/Shanghai), clause 3."
    )
    assert found[1] == (
        f"Uploaded /srv/f (12 bytes, SHA-256 {SUM}). What was there before is kept as f.bak."
    )
    assert found[2:] == (
        "Renamed /srv/f to /srv/g.",
        "Removed /srv/h.",
        "2 folders were looked into.",
        "It lasted 1 min 0 s.",
    )


def test_a_scan_stands_beside_what_was_uploaded() -> None:
    scan = {"engine": "ClamAV 1.4.1", "database": "27456", "verdict": "clean", "scanned": 1}
    told = {"operation": "put", "path": "/srv/f", "size": 12, "sha256": SUM, "scan": scan}
    assert touched.sentences([_story(told)]) == [
        (
            f"Uploaded /srv/f (12 bytes, SHA-256 {SUM}). "
            "ClamAV 1.4.1 with signatures 27456 found nothing before it was sent."
        )
    ]
    liar = {"operation": "put", "scan": {"engine": "\x1b[2J" + "x" * 900, "verdict": ["clean"]}}
    assert "\x1b" not in touched.touch(liar, 1).scan
    assert len(touched.touch(liar, 1).scan) < 100
    assert touched.touch({"operation": "put", "scan": "clean"}, 1).scan == ""


def test_a_session_in_which_nothing_happened_says_so() -> None:
    assert touched.sentences([_story()]) == ["No file was touched."]


def test_long_lists_are_counted() -> None:
    many: list[dict[str, object]] = [{"operation": "mkdir", "path": f"/srv/{n}"} for n in range(20)]
    assert touched.sentences([_story(*many)])[-1] == "And 8 more things were done."


def test_a_lying_device_harms_nothing() -> None:
    told = {"operation": ["x"], "path": "/\x1b[2J\u202e" + "p" * 9_000, "size": "7", "sha256": 5}
    found = touched.touch(told, 1)
    assert "\x1b" not in found.path
    assert "\u202e" not in found.path
    assert len(found.path) <= 400
    assert found.size == -1
    assert touched.touch({"operation": "get", "sha256": "s" * 999}, 1).sha256 == "s" * 63 + "…"
