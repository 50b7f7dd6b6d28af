"""The line a person sees: enough of a terminal to know what the shell echoed on its last line."""

import re

_SEQUENCE = re.compile(
    r"\x1b\[([0-9;?]*)([ -/]*[@-~])"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and other strings
    r"|\x1b[@-Z\\-_ -/]?.?"  # two-character sequences
    r"|[\x00-\x1f\x7f]"
)
_LONGEST = 4_000


class Line:
    """The current line: cursor, insertion, deletion. Other movement is not followed.

    `full_screen` is true while a program (an editor, a pager) has the whole screen.
    """

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._at = 0
        self.full_screen = False

    @property
    def text(self) -> str:
        return "".join(self._cells).rstrip()

    def feed(self, text: str) -> list[str]:
        """Take output; return every line that was finished by a newline, outside full screens."""
        finished: list[str] = []
        place = 0
        for found in _SEQUENCE.finditer(text):
            self._print(text[place : found.start()])
            place = found.end()
            sign = found.group()
            if sign == "\n":
                if not self.full_screen:
                    finished.append(self.text)
                self._cells, self._at = [], 0
            elif found.group(2):
                self._control(found.group(1), found.group(2))
            else:
                self._move(sign)
        self._print(text[place:])
        return finished

    def _print(self, text: str) -> None:
        for character in text:
            if self._at >= _LONGEST:
                return
            if self._at > len(self._cells):
                self._cells.extend(" " * (self._at - len(self._cells)))
            self._cells[self._at : self._at + 1] = [character]
            self._at += 1

    def _move(self, sign: str) -> None:
        if sign == "\r":
            self._at = 0
        elif sign == "\b":
            self._at = max(self._at - 1, 0)

    def _control(self, given: str, final: str) -> None:
        if given in ("?1049", "?47", "?1047") and final in ("h", "l"):
            self.full_screen = final == "h"
            self._cells, self._at = [], 0
            return
        first = given.split(";", maxsplit=1)[0]
        number = min(int(first), _LONGEST) if first.isdigit() else 1
        places = {"C": self._at + number, "D": self._at - number, "G": number - 1}
        if final in places:
            self._at = min(max(places[final], 0), _LONGEST)
        elif final == "P":
            del self._cells[self._at : self._at + number]
        elif final == "@":
            self._cells[self._at : self._at] = [" "] * number
        elif final == "K":
            self._erase(first)
        elif final in ("H", "J"):
            self._cells, self._at = [], 0

    def _erase(self, how: str) -> None:
        if how in ("", "0"):
            del self._cells[self._at :]
        elif how == "1":
            self._cells[: self._at] = [" "] * min(self._at, len(self._cells))
        else:
            self._cells = []
