"""The `reachback` command."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django

from reachback.config import commands, installation
from reachback.config.environment import BadSetting, envpath
from reachback.kernel.errors import ReachbackError


def _usage() -> str:
    lines = [f"  {each.word:<10} {each.help}" for each in commands.ALL]
    return "\n".join(["usage: reachback COMMAND …", "", *lines, ""])


def _function(command: commands.Command) -> Callable[[list[str]], int]:
    if command.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reachback.config.settings")
        os.umask(0o077)  # the database, its log and every upload are private
        installation.prepare(envpath("REACHBACK_DATA", default=Path("var")))
        django.setup()
    module, _, name = command.target.partition(":")
    function: Callable[[list[str]], int] = getattr(importlib.import_module(module), name)
    return function


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0 done, 1 failed with a sentence, 2 misused."""
    words = sys.argv[1:] if arguments is None else arguments
    known = {each.word: each for each in commands.ALL}
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_usage())
        return 0 if words else 2
    command = known.get(words[0])
    if command is None:
        sys.stderr.write(f"reachback: there is no command {words[0]!r}\n{_usage()}")
        return 2
    try:
        return _function(command)(words[1:])
    except (ReachbackError, BadSetting) as error:
        sys.stderr.write(f"reachback {command.word}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
