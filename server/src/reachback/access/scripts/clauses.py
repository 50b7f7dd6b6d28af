"""What a customer signs so that a script may run: a clause of the contract's form. Pure."""

import json
from collections.abc import Sequence


def clause(*digests: str, number: int = 0, teams: Sequence[str] = ()) -> str:
    """Return a clause of the TOML form (`reachback sign`) that allows exactly these texts.

    `number` 0 stands for the next free one, which the customer knows.
    """
    named = ", ".join(f'"{digest}"' for digest in digests)
    if len(digests) > 1:
        named = "\n" + "".join(f'  "{digest}",\n' for digest in digests)
    lines = [
        "[[clauses]]",
        f"number = {number}" if number else "number = 0  # the next free one",
        f'capabilities = [{{ name = "exec", scripts = [{named}] }}]',
    ]
    if teams:
        lines.append(f"who = {{ teams = {json.dumps(list(teams), ensure_ascii=False)} }}")
    return "\n".join([*lines, "case_required = true", ""])
