"""Who gets which status at people's own addresses: see config/tests/matrix.py for the columns."""

# Organisations are the provider's to look at; each side's administrators manage their own people.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("people:settings", "GET", "302 200 200 200 200 200 200 200 200 200"),
    ("people:theme", "POST", "302 204 204 204 204 204 204 204 204 204", {"theme": "dark"}),
    ("people:organisations", "GET", "302 200 200 200 200 200 200 403 403 403"),
    ("people:organisation", "GET", "302 200 200 200 200 404 200 403 403 403"),
    ("people:members", "GET", "302 200 200 200 200 404 200 200 403 404"),
    (
        "people:members",
        "POST",
        "302 403 302 403 403 404 403 302 403 404",
        {"name": "New", "email": "new@x.test", "role": "customer-member"},
    ),
    ("people:member", "GET", "302 403 200 403 403 404 403 200 403 404"),
    (
        "people:member_roles",
        "POST",
        "302 403 302 403 403 404 403 302 403 404",
        {"roles": "customer-member"},
    ),
    ("people:member_off", "POST", "302 403 302 403 403 404 403 302 403 404"),
    ("people:member_on", "POST", "302 403 302 403 403 404 403 302 403 404"),
)
