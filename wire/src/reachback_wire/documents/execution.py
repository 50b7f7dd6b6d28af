"""What an OPEN of kind `exec` says: which script, for whom, with what, and how much of it."""

import re
from typing import Final

from reachback_wire.documents.members import Members, malformed

INTERPRETERS: Final = ("sh", "bash", "python3")
MAX_ARGUMENTS: Final = 32
MAX_SCRIPT: Final = 1_048_576
MAX_SECONDS: Final = 86_400
MAX_OUTPUT: Final = 16 * 1_048_576
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


def read_execution(members: Members) -> dict[str, object]:
    """Read the parameters; the caller refuses what is left over.

    `size` and `output_limit` are bytes, `time_limit` is seconds. Raises Refusal.
    """
    return {
        "run_as": members.text("run_as"),
        "script": members.digest("script"),
        "size": members.integer("size", least=1, most=MAX_SCRIPT),
        "interpreter": members.choice("interpreter", INTERPRETERS),
        "arguments": _arguments(members),
        "time_limit": members.integer("time_limit", least=1, most=MAX_SECONDS),
        "output_limit": members.integer("output_limit", least=1, most=MAX_OUTPUT),
    }


def _arguments(members: Members) -> list[dict[str, object]]:
    """Read `[{name, value}]`: each name once, a value is text, a whole number or a boolean."""
    found = [_argument(item) for item in members.inners("arguments")]
    names = [str(item["name"]) for item in found]
    if len(found) > MAX_ARGUMENTS or len(set(names)) != len(names):
        malformed(f"A script takes at most {MAX_ARGUMENTS} arguments, each name once.")
    return found


def _argument(members: Members) -> dict[str, object]:
    name = members.text("name")
    if not _NAME.fullmatch(name):
        malformed("An argument's name is lower case: a letter, then letters, digits or “_”.")
    value = members.text_or_number("value")
    members.finish()
    return {"name": name, "value": value}


def argument_text(value: object) -> str:
    """Write an argument as the script gets it: booleans as `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
