"""What the verifier says of a shell that changed hands."""

from dataclasses import replace

from reachback.access.recordings import story
from reachback.access.recordings.folder import ChannelFiles
from reachback.access.tests.recorded import COLLEAGUE, SESSION, Papers, Recorder
from reachback.access.verifier import segments
from reachback.access.verifier.verdict import Verdict, verify
from reachback_wire.documents import Envelope
from reachback_wire.signing import PrivateKey

NORA = "Nora Lind"


def papers(technician: str = NORA, session: PrivateKey = COLLEAGUE) -> Papers:
    """Two grants: the one the shell began under, and the colleague's."""
    first = Papers()
    return replace(first, later=(first.granted("grant-2", technician, session),))


def handed(
    found: Papers, offer: Envelope | None = None, *, told: str = NORA, receipts: bool = True
) -> Recorder:
    """Tomás begins, Nora goes on."""
    made = Recorder(found)
    made.start()
    made.output("guest@desk:~$ ")
    made.typed("uptime", "up 3 days\r\n")
    made.receipt("progress")
    made.hand_over(found.later[0], told, offer or found.offer())
    if not receipts:
        made.grant = found.grant.digest
    made.typed("df", "50 %\r\n")
    made.end()
    return made


def verdict(made: Recorder) -> Verdict:
    return verify(made.export(), made.papers.trust)


def test_a_shell_that_changed_hands_is_whole_and_says_who_typed_from_where() -> None:
    found = verdict(handed(papers()))
    assert found.whole, found.sentence
    (words,) = [line for line in found.details if "typed" in line]
    assert words.startswith("Shell 1: from chunk ")
    assert f"on {NORA} typed, to whom it was offered and granted" in words


def test_an_offer_of_somebody_else_is_not_believed() -> None:
    found = papers()
    for offer in (found.offer(by=COLLEAGUE), found.offer(grant="grant-2")):
        judged = verdict(handed(found, offer))
        assert (judged.whole, judged.exit_code) == (False, 1)
        assert judged.sentence == f"Tomás Rivera did not offer the shell that {NORA} took over."


def test_an_offer_to_somebody_else_is_not_believed() -> None:
    found = papers()
    judged = verdict(handed(found, found.offer(to="Mallory")))
    assert judged.sentence == f"The shell was offered to somebody else than {NORA}."
    judged = verdict(handed(papers("Mallory"), told=NORA))
    assert judged.sentence == "The shell was offered to somebody else than Mallory."


def test_receipts_after_the_change_name_the_new_grant() -> None:
    judged = verdict(handed(papers(), receipts=False))
    assert not judged.whole
    assert "was given under another grant" in judged.sentence


def test_a_change_under_a_grant_that_is_not_there_is_noticed() -> None:
    found = papers()
    made = handed(found)
    made.papers = replace(found, later=())
    judged = verdict(made)
    assert not judged.whole
    assert "another contract or grant" in judged.sentence


def test_a_later_grant_of_another_session_is_refused() -> None:
    found = papers()
    other = replace(found, session="01900000-0000-7000-8000-00000000000b")
    stranger = other.granted("grant-3", NORA, SESSION)
    made = handed(found)
    made.papers = replace(found, later=(*found.later, stranger))
    assert verdict(made).sentence == "A later grant belongs to another session."


def test_the_replay_says_who_typed_from_where() -> None:
    made = handed(papers())
    opened = tuple(segments.read("0000.rbs", data) for data in made.files)
    files = ChannelFiles(made.key, "shell", ("0000.rbs",), tuple(made.files), opened)
    told = story.read(files)
    assert [(each.text, each.who) for each in told.commands] == [
        ("uptime", ""),
        ("Nora Lind has taken this shell over", NORA),
        ("df", NORA),
    ]
    assert [(name) for _, name in told.hands] == [NORA]
