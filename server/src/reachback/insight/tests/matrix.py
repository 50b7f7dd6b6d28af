"""Who gets which status at insight's own addresses: see config/tests/matrix.py for the columns."""

# Members of a customer do not read reports; an agent's customer filter knows their own only.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("insight:report", "GET", "302 200 200 200 200 200 200 403 403 403"),
    (
        "insight:report",
        "GET",
        "302 200 200 200 200 404 200 403 403 403",
        {"customer": "$organisation_id"},
    ),
    (
        "insight:download",
        "GET",
        "302 200 200 200 200 200 200 403 403 403",
        {"address": {"name": "savings"}},
    ),
    (
        "insight:download",
        "GET",
        "302 200 200 200 200 404 200 403 403 403",
        {"address": {"name": "savings"}, "customer": "$organisation_id"},
    ),
    ("insight_portal:report", "GET", "302 403 403 403 403 403 403 200 403 200"),
    (
        "insight_portal:download",
        "GET",
        "302 403 403 403 403 403 403 200 403 200",
        {"address": {"name": "savings"}},
    ),
)
