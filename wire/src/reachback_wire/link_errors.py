"""What can go wrong on a link, and whose fault it was.

LinkError (abstract)
├── RemoteError   the other end broke the protocol: close the connection, tell them the code
└── LocalError    we misused the library: a defect of ours

Every error carries a `code` for programs and a `sentence` for people.
"""


class LinkError(Exception):
    """Abstract: raise :class:`RemoteError` or :class:`LocalError`, which say whose fault it was."""

    def __init__(self, code: str, sentence: str) -> None:
        if type(self) is LinkError:
            raise TypeError("LinkError is abstract: say whose fault it was.")
        super().__init__(f"{sentence} ({code})")
        self.code = code
        self.sentence = sentence


class RemoteError(LinkError):
    """The other end broke the protocol."""


class LocalError(LinkError):
    """This program misused the library."""
