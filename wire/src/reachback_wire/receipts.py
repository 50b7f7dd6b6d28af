"""The device's book of receipts: every receipt has the next number and names the one before."""

from dataclasses import dataclass, replace
from typing import Self

from reachback_wire.documents import Envelope, Receipt, seal
from reachback_wire.signing import PrivateKey


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """The newest receipt's number and digest; the device persists `to_state()` with each receipt.

    The book is a value: `make` gives the next book, so that nothing is counted before it is stored.
    """

    device: str
    number: int = 0
    head: str = ""

    @classmethod
    def from_state(cls, state: dict[str, object]) -> Self:
        """Read what `to_state` wrote; raises ValueError when it is something else."""
        device, number, head = state.get("device"), state.get("number"), state.get("head")
        if not (isinstance(device, str) and isinstance(number, int) and isinstance(head, str)):
            raise ValueError("This is not the state of a receipt book.")  # noqa: TRY004  data
        return cls(device, number, head)

    def to_state(self) -> dict[str, object]:
        return {"device": self.device, "number": self.number, "head": self.head}

    def make(  # noqa: PLR0913  a receipt says as much
        self,
        key: PrivateKey,
        *,
        session: str,
        channel: str,
        event: str,
        contract: str,
        grant: str,
        leaves: int,
        head: str,
        offset: int,
        issued: int,
        note: str = "",
    ) -> tuple[Envelope, "ReceiptBook"]:
        """Sign the next receipt and give it with the book that follows.

        `contract` and `grant` are digests, `leaves` and `head` (hex) the leaf chain's, `offset` the
        channel's, `issued` in ms. Store the new book before the receipt leaves the device.
        """
        receipt = Receipt(
            device=self.device,
            number=self.number + 1,
            previous=self.head,
            session=session,
            channel=channel,
            event=event,
            contract=contract,
            grant=grant,
            leaves=leaves,
            head=head,
            offset=offset,
            issued=issued,
            note=note,
        )
        envelope = seal(receipt, key)
        return envelope, replace(self, number=receipt.number, head=envelope.digest)
