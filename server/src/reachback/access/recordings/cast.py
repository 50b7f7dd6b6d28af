"""Asciicast v2 and the command index, for the replay island. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reachback.access.recordings.story import Story


def _seconds(story: Story, at: int) -> float:
    return round(max(at - story.started, 0) / 1000, 3)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def asciicast(story: Story, title: str) -> Iterator[str]:
    """Yield the recording as asciicast v2, one line at a time."""
    yield _line(
        {
            "version": 2,
            "width": story.columns,
            "height": story.rows,
            "timestamp": story.started // 1000,
            "title": title,
        }
    )
    for moment in story.moments:
        data = moment.data
        if moment.kind == "r":
            data = f"{data[0]}x{data[1]}"
        yield _line([_seconds(story, moment.at), moment.kind, data])
    yield _line([_seconds(story, story.ended), "m", "end"])


def command_index(stories: Sequence[Story]) -> dict[str, Any]:
    """Return the commands and gaps of the first channel, by milliseconds since its start."""
    if not stories:
        return {"commands": [], "gaps": [], "exit": None}
    story = stories[0]
    return {
        "commands": [
            {"at_ms": max(each.at - story.started, 0), "text": each.text, "redacted": False}
            for each in story.commands
        ],
        "gaps": [{"at_ms": at - story.started, "bytes": length} for at, length in story.gaps],
        "exit": story.exit,
    }
