"""`version`: print it."""

from __future__ import annotations

import argparse

from reachback_connector import __version__
from reachback_connector.commands.output import say
from reachback_connector.layout import Layout


def execute(_layout: Layout, _options: argparse.Namespace) -> int:
    """The command."""
    say([__version__])
    return 0
