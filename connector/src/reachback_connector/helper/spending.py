"""Which OPENs were begun and how they were answered: a journal, one disk sync before acting."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reachback_connector.durable import Journal
from reachback_connector.errors import StateError
from reachback_wire.admission import Admission
from reachback_wire.spent import NonceBook, SpentLedger

_LINES_MOST: Final = 2_000
"""About 1 MB: longer journals are rewritten to what is still remembered."""


class Spending:
    """STATE/helper/spent.jsonl and the ledger it gives; binds the nonces it speaks of."""

    def __init__(self, path: Path, nonces: NonceBook, floor: int) -> None:
        self._journal = Journal(path)
        lines = list(self._journal)
        try:
            self.ledger = SpentLedger.replay(lines)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError("state-damaged", f"{path} is damaged: {error}.") from error
        self._nonces = nonces
        self._lines = len(lines)
        for nonce, digest in self.ledger.bindings:
            nonces.rebind(nonce, digest)
        self.tidy(floor)

    def begin(self, admission: Admission) -> None:
        """On the disk before anything is done. StateError when the disk refuses."""
        self._journal.append(admission.begin(self.ledger))
        self._lines += 1

    def finish(self, admission: Admission, answer: dict[str, object]) -> None:
        """Keep the answer for repeats; a power cut may take it, then the outcome is unknown."""
        self._journal.append(admission.finish(self.ledger, answer), synced=False)
        self._lines += 1

    def tidy(self, floor: int) -> None:
        """Forget what expired before the floor; rewrite a journal that has grown long."""
        for nonce in self.ledger.prune(floor):
            self._nonces.forget(nonce)
        if self._lines > _LINES_MOST:
            entries = list(self.ledger.entries())
            self._journal.rewrite(entries)
            self._lines = len(entries)

    def close(self) -> None:
        self._journal.close()
