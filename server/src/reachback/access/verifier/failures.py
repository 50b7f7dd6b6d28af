"""Why a file is not called complete and unaltered.

Failure       a sentence for a person, and the exit code
  Unreadable  2, this is not an export we can read
  Untrusted   1, signatures or documents do not hold
  Altered     1, the content is not what the device testified
  Incomplete  1, something the device testified is missing
"""

from typing import ClassVar


class Failure(Exception):
    """Base of the findings; `sentence` is for a person."""

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreadable(Failure):
    """The file is not an export, or is damaged where nothing can be read."""

    exit_code: ClassVar[int] = 2


class Untrusted(Failure):
    """A document is missing, forged, or does not allow what was recorded."""


class Altered(Failure):
    """Recorded content differs from the device's testimony."""


class Incomplete(Failure):
    """Recorded content the device testified to is not there."""
