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


def exists(module: str) -> bool:
    """Whether this dotted module can be imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def present() -> list[str]:
    """Return the names of the rooms this installation has."""
    return [room for room in ROOMS if exists(f"reachback.{room}.apps")]
