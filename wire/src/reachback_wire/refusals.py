"""Refusals: the one way a document, a grant or a request is turned away.

A refusal is not a fault of the program; it is an answer for a person, with a code that machines
compare (docs/protocols/documents.md, *Verification order*) and one plain sentence.
"""

from typing import Final, Literal, get_args

Code = Literal[
    "malformed",
    "unknown-member",
    "bad-signature",
    "wrong-namespace",
    "unknown-key",
    "keyset-rollback",
    "statement-missing",
    "other-device",
    "contract-missing",
    "contract-rollback",
    "contract-superseded",
    "contract-expired",
    "not-yet",
    "narrowed",
    "wider-than-contract",
    "wrong-nonce",
    "grant-expired",
    "grant-spent",
    "replayed",
    "wrong-session-key",
    "capability-refused",
    "parameter-refused",
    "outside-window",
    "approval-missing",
    "approval-expired",
    "case-missing",
    "consent-missing",
    "clock-behind",
    "clock-ahead",
    "stale",
    "held",
    "unpinned",
    "revoked",
    "not-offered",
    "offer-expired",
    "channel-over",
    "unknown-kind",
    "scan-missing",
    "scan-other",
    "scan-infected",
    "scan-expired",
    "unknown",
]
CODES: Final[tuple[str, ...]] = get_args(Code)


class Refusal(Exception):
    """Something was turned away: `code` for machines, `sentence` for people.

    `clause` is the number of the contract's clause that was looked at, 0 when none was.
    """

    def __init__(self, code: Code, sentence: str, clause: int = 0) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code: Code = code
        self.sentence = sentence
        self.clause = clause

    def to_value(self) -> dict[str, object]:
        """Give the members a REFUSED frame or an audit row carries."""
        return {"code": self.code, "sentence": self.sentence, "clause": self.clause}
