"""The front's errors.

FrontError(code, sentence)
├── SettingsError      the environment is incomplete or malformed; the program does not start
├── WebUnavailableError     the web process does not answer (down, restarting, too slow)
├── WebRefusedError         the web process answered 4xx; carries its status, code and sentence
├── BodyRefusedError        a request's body is too large, too slow or broken; carries the HTTP
status ├── LinkRefusedError        a peer of a link may not enter; code and sentence go to it in BYE
└── RecorderFailedError     a recording could not be written; the session is stopped with this
sentence
"""


class FrontError(Exception):
    """Base: `code` is stable for machines, `sentence` is for a person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


class SettingsError(FrontError):
    """The environment is incomplete or malformed."""


class WebUnavailableError(FrontError):
    """The web process does not answer."""


class WebRefusedError(FrontError):
    """The web process said no."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.status = status


class BodyRefusedError(FrontError):
    """A request's body was not accepted."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.status = status


class LinkRefusedError(FrontError):
    """A peer of a link may not enter."""


class RecorderFailedError(FrontError):
    """A recording could not be written."""
