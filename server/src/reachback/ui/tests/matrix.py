"""Who gets which status at ui's own addresses: see config/tests/matrix.py for the columns."""

# The gallery is there in DEBUG and in the demo only, and shows nobody's data.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("gallery", "GET", "200 200 200 200 200 200 200 200 200 200"),
    (
        "gallery_page",
        "GET",
        "200 200 200 200 200 200 200 200 200 200",
        {"address": {"page": "queue"}},
    ),
)
