"""Who gets which status at audit's own addresses: see config/tests/matrix.py for the columns."""

# Logs are for auditors and administrators; another customer's row is not there (404).
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("audit:log", "GET", "302 403 200 403 403 403 200 200 403 200"),
    ("audit:entry", "GET", "302 404 200 404 404 404 200 200 404 404"),
    ("audit:proof", "GET", "302 403 200 403 403 403 200 200 403 403"),
    ("audit:head", "GET", "302 403 200 403 403 403 200 200 403 403"),
)
