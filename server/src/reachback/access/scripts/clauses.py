"""What a customer signs so that a script may run: a clause of the contract's form. Pure."""

import json
from collections.abc import Sequence


def clause(digest: str, *, number: int = 0, teams: Sequence[str] = ()) -> str:
    """Return a clause of the TOML form (`reachback sign`) that allows exactly this text.

    `number` 0 stands for the next free one, which the customer knows.
    """
    lines = [
        "[[clauses]]",
        f"number = {number}" if number else "number = 0  # the next free one",
        f'capabilities = [{{ name = "exec", scripts = ["{digest}"] }}]',
    ]
    if teams:
        lines.append(f"who = {{ teams = {json.dumps(list(teams), ensure_ascii=False)} }}")
    return "\n".join([*lines, "case_required = true", ""])
