"""Templates obey the same arrows as imports: an app extends and includes only itself and what
is below.
"""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "server" / "src" / "reachback"
REFERENCE = re.compile(r"{%-?\s*(?:extends|include)\s+[\"']([^\"']+)[\"']")
LIBRARIES = ("account/", "mfa/", "usersessions/", "allauth/", "socialaccount/", "django/")


def layers() -> dict[str, int]:
    """Return each room's height from the import contract; the highest number is the top."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    lines = parser["importlinter:contract:rooms"]["layers"].split("\n")
    rows = [line.strip() for line in lines if line.strip()]
    heights: dict[str, int] = {}
    for height, row in enumerate(reversed(rows)):
        for room in re.split(r"\s*[|:]\s*", row):
            heights[room] = height
    return heights


def app_of(template: Path) -> str:
    """Return the room that owns a template file."""
    return template.relative_to(SERVER).parts[0]


def owner_of(reference: str) -> str | None:
    """Return the room a template name belongs to; None for a library's."""
    if reference.startswith(LIBRARIES):
        return None
    return reference.split("/", maxsplit=1)[0]


def test_every_reference_points_down_and_exists() -> None:
    heights = layers()
    templates = [p for p in SERVER.rglob("*.html") if "templates" in p.parts]
    assert templates
    wrong = []
    for template in templates:
        for reference in REFERENCE.findall(template.read_text()):
            owner = owner_of(reference)
            if owner is None:
                continue
            exists = any(
                folder.joinpath(reference).exists() for folder in SERVER.glob("*/web/**/templates")
            )
            upward = owner != app_of(template) and heights[owner] >= heights[app_of(template)]
            if upward or not exists:
                wrong.append(f"{template.relative_to(SERVER)} → {reference}")
    assert wrong == []
