"""Who gets which status at cases's own addresses: see config/tests/matrix.py for the columns."""

# The desk's pages are not for customers; a case of another customer is not there (404).
# 302 of cases:case sends a customer to the portal's page of it. 409: an open case is not closed or
# reopened. The API answers a visitor 401.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("cases:queue", "GET", "302 200 200 200 200 200 200 403 403 403"),
    (
        "cases:view",
        "GET",
        "302 200 200 200 200 200 200 403 403 403",
        {"address": {"slug": "urgent"}},
    ),
    ("cases:new", "GET", "302 200 200 200 200 200 200 403 403 403"),
    (
        "cases:new",
        "POST",
        "302 302 302 302 302 400 403 403 403 403",
        {
            "customer": "$organisation_id",
            "subject": "s",
            "body": "b",
            "channel": "phone",
            "priority": "3",
        },
    ),
    ("cases:case", "GET", "302 200 200 200 200 404 200 302 302 302"),
    ("cases:preview", "GET", "302 200 200 200 200 404 200 403 403 403"),
    (
        "cases:add_entry",
        "POST",
        "302 302 302 302 302 404 403 403 403 404",
        {"kind": "note", "body": "x"},
    ),
    (
        "cases:save_draft",
        "POST",
        "302 204 204 204 204 404 403 403 403 404",
        {"kind": "note", "body": "x"},
    ),
    ("cases:dispatch", "POST", "302 302 302 302 302 404 403 403 403 404", {"team": "$team_id"}),
    ("cases:assign", "POST", "302 302 302 302 302 404 403 403 403 404", {"assignee": "$tomas_id"}),
    ("cases:priority", "POST", "302 302 302 302 302 404 403 403 403 404", {"priority": "2"}),
    ("cases:waiting", "POST", "302 302 302 302 302 404 403 403 403 404", {"waiting": "1"}),
    (
        "cases:resolve",
        "POST",
        "302 302 302 302 302 404 403 403 403 404",
        {"cause": "c", "action": "a", "alternative": "none"},
    ),
    ("cases:close", "POST", "302 409 409 409 409 404 403 409 409 404"),
    ("cases:reopen", "POST", "302 409 409 409 409 404 403 409 409 404"),
    ("cases:undo", "POST", "302 409 409 409 409 404 403 403 403 404"),
    ("cases_portal:cases", "GET", "302 403 403 403 403 403 403 200 200 200"),
    ("cases_portal:new", "GET", "302 403 403 403 403 403 403 200 200 200"),
    (
        "cases_portal:new",
        "POST",
        "302 403 403 403 403 403 403 302 302 302",
        {"subject": "s", "body": "b"},
    ),
    ("cases_portal:case", "GET", "302 403 403 403 403 403 403 200 200 404"),
    ("cases_portal:write", "POST", "302 403 403 403 403 403 403 302 302 404", {"body": "x"}),
    ("cases_portal:reopen", "POST", "302 403 403 403 403 403 403 409 409 404"),
    ("cases_portal:close", "POST", "302 403 403 403 403 403 403 409 409 404"),
    ("api:openapi-json", "GET", "200 200 200 200 200 200 200 200 200 200"),
    ("api:api-root", "GET", "404 404 404 404 404 404 404 404 404 404"),
    ("api:list_cases", "GET", "401 200 200 200 200 200 200 200 200 200"),
    (
        "api:create_case",
        "POST",
        "401 201 201 201 201 403 403 201 201 403",
        {"json": {"organisation_id": "$organisation_id", "subject": "s"}},
    ),
    ("api:get_case", "GET", "401 200 200 200 200 404 200 200 200 404"),
    (
        "api:add_entry",
        "POST",
        "401 201 201 201 201 404 403 201 201 404",
        {"json": {"kind": "message", "body": "x"}},
    ),
)
