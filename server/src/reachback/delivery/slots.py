"""What kinds of messages there are: the rooms above say what they send."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from reachback.kernel.actors import Actor
from reachback.kernel.slots import Slot


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """A kind as preferences show it: `kind` is what `send` is given."""

    kind: str
    label: str
    about: str
    audience: Literal["provider", "customer", "both"] = "both"

    def concerns(self, actor: Actor) -> bool:
        """Whether people of the actor's side ever get it."""
        return self.audience == "both" or (self.audience == "provider") == actor.is_provider


class MessageKinds(Protocol):
    """Answers with the kinds a room sends, in the words of the reader's language."""

    def __call__(self) -> Sequence[MessageKind]: ...


message_kinds: Slot[MessageKinds] = Slot("delivery.message_kinds")


def kinds(actor: Actor) -> list[MessageKind]:
    """Every kind this person may get."""
    return [kind for answer in message_kinds.answers() for kind in answer() if kind.concerns(actor)]
