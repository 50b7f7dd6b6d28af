"""Who gets which status at the addresses of config; the columns are in config/tests/matrix.py."""

# The front's questions need its secret (403). The demo's buttons are everybody's, it
# holds no secrets; they exist in demo mode only. A door is for one person's host, not this (404).
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("front_door:who", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
    ("front_door:ready", "GET", "200 200 200 200 200 200 200 200 200 200"),
    ("demo-first", "GET", "200 200 200 200 200 200 200 200 200 200"),
    ("demo-state", "GET", "200 200 200 200 200 200 200 200 200 200"),
    ("demo-enter", "GET", "404 404 404 404 404 404 404 404 404 404"),
    ("demo-break", "POST", "302 302 302 302 302 302 302 302 302 302"),
    ("demo-repair", "POST", "302 302 302 302 302 302 302 302 302 302"),
    ("demo-cut", "POST", "302 302 302 302 302 302 302 302 302 302"),
    ("demo-dishonest", "POST", "200 200 200 200 200 200 200 200 200 200"),
    ("demo-alter", "POST", "302 302 302 302 302 302 302 302 302 302"),
    ("demo-remove-samples", "POST", "302 302 302 302 302 302 302 302 302 302"),
)
