"""The commands of `reachback`: a word, where its function is, and one line of help.

A function takes the arguments after the word and returns an exit status.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One word of the command line; `target` is `module:function`."""

    word: str
    target: str
    help: str
    django: bool = True  # whether Django is set up before the module is imported


#: The customer's own tool.
_TOOL = "reachback.access.tool.command"

ALL = (
    Command("serve", "reachback.config.serve:main", "run everything: front and web", django=False),
    Command("setup", "reachback.config.first:main", "make the provider, once"),
    Command("web", "reachback.config.web:main", "run the web process alone"),
    Command("migrate", "reachback.config.manage:migrate", "bring the database up to date"),
    Command("status", "reachback.config.upkeep:status", "say how the system is"),
    Command("retry", "reachback.config.upkeep:retry", "list failed work, or try it again"),
    Command("manage", "reachback.config.manage:main", "run one of Django's or our own commands"),
    Command("backup", "reachback.config.manage:backup", "copy the live database to FILE"),
    Command(
        "demo",
        "reachback.config.demo.command:main",
        "run the hotel: a living example",
        django=False,
    ),
    Command("sign", f"{_TOOL}:sign", "sign a document with your own key", django=False),
    Command("keyset", f"{_TOOL}:keyset", "build a keyset from its form", django=False),
    Command("statement", f"{_TOOL}:statement", "build a device statement", django=False),
    Command("contract", f"{_TOOL}:contract", "build a contract from its form", django=False),
    Command("narrow", f"{_TOOL}:narrow", "build a revocation from its form", django=False),
    Command("trust", f"{_TOOL}:trust", "write trust.json from your keysets", django=False),
    Command(
        "tunnel",
        "reachback.access.tunnel.command:main",
        "reach HOST:PORT beside a device from a port here",
        django=False,
    ),
    Command(
        "verify",
        "reachback.access.verifier.command:main",
        "check a recording offline",
        django=False,
    ),
)
