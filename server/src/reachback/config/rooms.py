"""The rooms that exist, in their order from the top down."""

from importlib.util import find_spec

#: Top knows below, never the reverse (ARCHITECTURE.md).
ROOMS = (
    "site",
    "insight",
    "access",
    "cases",
    "devices",
    "agreements",
    "delivery",
    "calendars",
    "people",
    "audit",
    "ui",
    "kernel",
)

#: Rooms whose tables point at another room's.
_STANDS_ON = {"access": "cases", "insight": "access"}


def exists(module: str) -> bool:
    """Whether this dotted module can be imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def present() -> list[str]:
    """Return the names of the rooms this installation has."""
    found = [room for room in ROOMS if exists(f"reachback.{room}.apps")]
    return [room for room in found if _STANDS_ON.get(room, room) in found]
