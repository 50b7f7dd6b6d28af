"""Who gets which status at devices's own addresses: see config/tests/matrix.py for the columns."""

# Enrolment with a token needs no sign-in: an empty one is malformed (400) for everybody.
# The portal is the customers': the provider's people are sent to their own pages.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("devices:list", "GET", "302 200 200 200 200 200 200 403 403 403"),
    ("devices:detail", "GET", "302 200 200 200 200 404 200 403 403 403"),
    ("devices:stop_waiting", "POST", "302 302 302 302 302 404 302 403 403 403"),
    ("devices:enrol_start", "GET", "302 200 200 200 200 200 403 403 403 403"),
    (
        "devices:enrol_start",
        "POST",
        "302 200 200 200 200 400 403 403 403 403",
        {"name": "desk", "site": "$site_id"},
    ),
    ("devices:enrol", "POST", "400 400 400 400 400 400 400 400 400 400", {"json": {}}),
    ("devices_portal:list", "GET", "302 302 302 302 302 302 302 200 200 200"),
    ("devices_portal:detail", "GET", "302 302 302 302 302 404 302 200 200 404"),
    ("devices_front:hello", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
    ("devices_front:lost", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
    ("devices_front:reports", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
)
