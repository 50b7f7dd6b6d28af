"""Who gets which status at site's own addresses: see config/tests/matrix.py for the columns."""

# An agent's home is the queue (302). How the system is concerns administrators only.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("site:home", "GET", "302 302 302 302 302 302 302 200 200 200"),
    ("site:system", "GET", "302 403 200 403 403 403 403 403 403 403"),
    ("site:search", "GET", "302 200 200 200 200 200 200 200 200 200", {"q": "1"}),
    ("site:palette", "GET", "302 200 200 200 200 200 200 200 200 200"),
)
