"""Who may look at deliveries and try them again: pure, no database."""

from typing import Final

from reachback.kernel.actors import Actor

_MANAGERS: Final = ("administrator", "operations-manager")


def may_look(actor: Actor) -> bool:
    """What was sent to whom: the provider's people, each where they may see the organisation."""
    return actor.is_provider


def may_try_again(actor: Actor) -> bool:
    """Send what failed once more: administrators and operations managers."""
    return actor.kind == "system" or (actor.is_provider and actor.has_role(*_MANAGERS))
