"""A real installation for a benchmark: front, web and connector of `reachback demo`.

Its shells get an empty home, so that no start file of this machine's user is measured.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from journeys import demo


@contextlib.contextmanager
def plain_home(folder: Path) -> Iterator[None]:
    """Let everything started inside find an empty home."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    before = os.environ.get("HOME", "/")
    os.environ["HOME"] = str(home)
    try:
        yield
    finally:
        os.environ["HOME"] = before


@contextlib.contextmanager
def installed(folder: Path, *options: str) -> Iterator[demo.Demo]:
    """Give a running installation whose device is ready; end it afterwards.

    With "--no-cable" the device reaches the front directly, and the demo's cable, which can be
    cut, is not measured.
    """
    with plain_home(folder), demo.running(folder / "installation", *options) as running:
        yield running
