"""The commands of `reachback`: a word, where its function is, and one line of help.

A function takes the arguments after the word and returns an exit status. Commands of other rooms
are listed here when their module exists.
"""

from dataclasses import dataclass

from reachback.config import rooms


@dataclass(frozen=True)
class Command:
    """One word of the command line; `target` is `module:function`."""

    word: str
    target: str
    help: str
    django: bool = True  # whether Django is set up before the module is imported


_ALL = (
    Command("serve", "reachback.config.serve:main", "run everything: front and web", django=False),
    Command("web", "reachback.config.web:main", "run the web process alone"),
    Command("migrate", "reachback.config.manage:migrate", "bring the database up to date"),
    Command("manage", "reachback.config.manage:main", "run one of Django's or our own commands"),
    Command("backup", "reachback.config.manage:backup", "copy the live database to FILE"),
    Command(
        "demo",
        "reachback.config.demo.command:main",
        "run the hotel: a living example",
        django=False,
    ),
    Command(
        "sign",
        "reachback.config.signing:main",
        "sign a document with your key",
        django=False,
    ),
    Command(
        "verify",
        "reachback.config.verifying:main",
        "check a recording offline",
        django=False,
    ),
)


def available() -> tuple[Command, ...]:
    """Return the commands whose module this installation has."""
    return tuple(each for each in _ALL if rooms.exists(each.target.partition(":")[0]))
