"""`revoke`: the device's own kill switch."""

from __future__ import annotations

import argparse

from reachback_connector import lines
from reachback_connector.commands.output import say
from reachback_connector.errors import HelperUnavailable
from reachback_connector.layout import Layout


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    say([revoke(layout, options.reason, lift=options.lift)])
    return 0


def revoke(layout: Layout, reason: str, *, lift: bool) -> str:
    """The kill switch. Works without a helper too: the file alone stops everything new."""
    layout.state.mkdir(parents=True, exist_ok=True)
    request = {"do": "lift" if lift else "revoke", "reason": reason}
    try:
        report = lines.ask(layout.helper_socket, request)["report"]
    except HelperUnavailable:
        if lift:
            raise
        layout.revoked.write_text(reason + "\n")
        return "Access is revoked (the helper is not running; it will obey when it starts)."
    if lift:
        return "The device's own revocation is lifted. Those of others stand."
    return f"Access is revoked; {len(report['cut'])} open sessions were cut."
