"""A channel's story: what was typed, when, how it ended. From the device's testimony alone."""

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from reachback.access.recordings.folder import ChannelFiles
from reachback.access.recordings.line import Line
from reachback.access.recordings.touched import Touch, touch
from reachback.access.verifier import segments, units
from reachback.access.verifier.failures import Failure
from reachback.access.verifier.segments import varint
from reachback.access.verifier.testimony import (
    ATTACHED,
    EXEC,
    EXIT,
    FILE,
    INPUT,
    REDACTED,
    RESIZE,
    SIGNALLED,
    START,
    STDERR,
)
from reachback.access.verifier.units import Unit
from reachback.devices import hostile

_LONGEST_COMMAND = 400
_MOST_COMMANDS = 5_000


@dataclass(frozen=True)
class Command:
    """One line that was entered, `at` ms since 1970 (the recorder's clock).

    `who` is the colleague to whom the shell had gone by then; "" for whoever opened it.
    """

    at: int
    text: str
    who: str = ""


@dataclass(frozen=True)
class Moment:
    """Something on the time line: output, input, resize; `at` ms since 1970.

    `error` is output that a script wrote to its standard error.
    """

    at: int
    kind: str
    data: Any
    error: bool = False


@dataclass
class Story:
    """Everything of one channel that a person may want to read or see."""

    key: str = ""
    kind: str = ""
    started: int = 0
    ended: int = 0
    columns: int = 80
    rows: int = 24
    commands: list[Command] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    hidden_inputs: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    exit: dict[str, Any] | None = None
    full_screen_programs: int = 0
    outages: list[tuple[int, int]] = field(default_factory=list)
    script: dict[str, Any] | None = None
    touches: list[Touch] = field(default_factory=list)
    hands: list[tuple[int, str]] = field(default_factory=list)


class _Reader:
    """Follows one channel's units and keeps what the story needs."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._line = Line()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._prompt: str | None = None
        self._known_prompt = ""
        self._entered: list[int] = []
        self._typed = ""
        self._who = ""

    def take(self, unit: Unit, at: int) -> None:
        self._story.ended = at
        if unit.kind == segments.DATA:
            self._output(unit.body, at)
        elif unit.kind == segments.GAP:
            self._story.gaps.append((at, unit.length))
        elif unit.kind == segments.CTRL:
            kind, place = varint(unit.body, 0)
            self._control(kind, unit.body[place:], at)

    def _output(self, data: bytes, at: int) -> None:
        text = self._decoder.decode(data)
        self._story.moments.append(Moment(at, "o", text))
        was_full = self._line.full_screen
        for line in self._line.feed(text):
            if self._entered:
                self._finish(line, self._entered.pop(0))
        if self._line.full_screen and not was_full:
            self._story.full_screen_programs += 1

    def _finish(self, line: str, at: int) -> None:
        prompt = self._prompt if self._prompt is not None else self._known_prompt
        text = line.removeprefix(prompt)
        text = hostile.text(text, _LONGEST_COMMAND)
        self._known_prompt, self._prompt, self._typed = prompt, None, ""
        if text and len(self._story.commands) < _MOST_COMMANDS:
            self._story.commands.append(Command(at, text, self._who))

    def _control(self, kind: int, body: bytes, at: int) -> None:
        payload = body[24:]
        if kind == INPUT:
            self._input(payload, at)
        elif kind == REDACTED:
            self._story.hidden_inputs += 1
        elif kind == RESIZE and len(payload) == 4:
            size = (int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:], "big"))
            self._story.moments.append(Moment(at, "r", size))
        elif kind == EXIT:
            self._story.exit = _object(payload)
            self._leftover(at)
        elif kind == FILE:
            self._file(_object(payload), at)
        elif kind == START:
            self._start(_object(payload))
        elif kind == SIGNALLED:
            self._line_of(f"signal {payload.decode('ascii', 'replace')}", at)
        else:
            self._other(kind, payload, at)

    def _attached(self, told: dict[str, Any], at: int) -> None:
        """Somebody else types from here on; the device says so."""
        self._who = hostile.text(str(told.get("technician", "")), 120)
        if len(self._story.hands) < _MOST_COMMANDS:
            self._story.hands.append((at, self._who))
        self._line_of(_("%(who)s has taken this shell over") % {"who": self._who}, at)

    def _other(self, kind: int, payload: bytes, at: int) -> None:
        """A change of hands; a script's standard error, and the account of its run."""
        if kind == ATTACHED:
            self._attached(_object(payload), at)
        elif kind == STDERR:
            text = payload.decode("utf-8", "replace")
            self._story.moments.append(Moment(at, "o", text, error=True))
        elif kind == EXEC:
            self._story.script = _object(payload)

    def _file(self, told: dict[str, Any], at: int) -> None:
        """What was done to a file; as a line as well: operation, path, where to, size, SHA-256."""
        if len(self._story.touches) < _MOST_COMMANDS:
            self._story.touches.append(touch(told, at))
        words = [str(told[name]) for name in ("operation", "path", "to", "size") if name in told]
        if told.get("sha256"):
            words.append(f"sha256:{told['sha256']}")
        self._line_of(" ".join(words), at)

    def _line_of(self, words: str, at: int) -> None:
        """Something that was done and not typed stands among the lines."""
        if len(self._story.commands) < _MOST_COMMANDS:
            text = hostile.text(words, _LONGEST_COMMAND)
            self._story.commands.append(Command(at, text, self._who))

    def _start(self, told: dict[str, Any]) -> None:
        parameters = told.get("parameters")
        if isinstance(parameters, dict):
            self._story.columns = hostile.whole_number(parameters.get("columns"), 1, 1000, 80)
            self._story.rows = hostile.whole_number(parameters.get("rows"), 1, 1000, 24)

    def _input(self, data: bytes, at: int) -> None:
        text = data.decode("utf-8", "replace")
        self._story.moments.append(Moment(at, "i", text))
        if self._line.full_screen:
            return
        if self._prompt is None:
            self._prompt = self._line.text + " " if self._line.text else ""
            if not self._line.text and self._known_prompt:
                self._prompt = self._known_prompt
        self._typed += text
        self._entered.extend([at] * (text.count("\r") + text.count("\n")))

    def _leftover(self, at: int) -> None:
        """A last line that the shell did not live to echo."""
        typed = hostile.text(self._typed, _LONGEST_COMMAND)
        if self._entered and typed:
            self._story.commands.append(Command(at, typed, self._who))
        self._entered = []


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _note(story: Story, body: bytes, at: int) -> None:
    told = _object(body)
    kind = str(told.get("kind", told.get("event", "")))
    if kind == "device-lost":
        story.outages.append((at, 0))
    elif kind == "device-back" and story.outages and not story.outages[-1][1]:
        story.outages[-1] = (story.outages[-1][0], at)


def read(files: ChannelFiles) -> Story:
    """Read a channel's story as far as its recording can be read."""
    story = Story(key=files.key, kind=files.kind)
    started = [int(each.segment.header.get("started", 0)) for each in files.opened]
    story.started = story.ended = started[0]
    reader = _Reader(story)
    for each, begin in zip(files.opened, started, strict=True):
        for record in each.segment.records:
            if record.kind == segments.NOTE:
                _note(story, record.body, begin + record.at)
    try:
        for unit in units.in_order(list(files.opened)):
            reader.take(unit, started[unit.segment] + unit.record.at)
    except (Failure, IndexError):
        return story  # the verdict says what is wrong; what could be read is shown
    return story


def read_all(channels: Sequence[ChannelFiles]) -> list[Story]:
    """Read every channel's story."""
    return [read(each) for each in channels]
