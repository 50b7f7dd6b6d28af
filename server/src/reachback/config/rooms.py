"""The rooms, in their order from the top down. Every installation has all of them."""

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
