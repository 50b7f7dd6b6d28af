"""What ends `reachback tunnel`, in a sentence."""


class TunnelError(Exception):
    """The command cannot go on; `code` for programs, `sentence` for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
