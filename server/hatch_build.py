"""Wheel build hook: put the built browser assets into the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from build_browser import build


class BrowserBuildHook(BuildHookInterface[Any]):
    """Run the browser build before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for wheels; an editable install is served by deploy/install.sh instead."""
        if version != "editable":
            build()
