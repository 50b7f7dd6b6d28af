"""Writes the golden vectors beside this script; fixed values, no clock, no chance.

Run: python wire/vectors/generate.py. The Python and the TypeScript tests read what it writes; a
changed file means a changed protocol. One function per file, in a module of its own.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import frames_vectors  # noqa: E402
import streams_vectors  # noqa: E402

VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "frames.json": frames_vectors.frames,
    "streams.json": streams_vectors.streams,
}


def text(name: str) -> str:
    """What the file `name` must hold."""
    return json.dumps(VECTORS[name](), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every file."""
    for name in VECTORS:
        (HERE / name).write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
