"""`run`: the control process. Imported alone, so that cryptography is never loaded into it."""

from __future__ import annotations

import argparse

from reachback_connector.control import main as control
from reachback_connector.layout import Layout


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    return control.main(layout, spawn_helper=not options.no_helper)
