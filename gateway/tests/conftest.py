"""The fixture every test of the front starts from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .processes import Processes


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    """Both processes running."""
    made = Processes(tmp_path)
    await made.start_web()
    await made.start_front()
    yield made
    await made.close()
