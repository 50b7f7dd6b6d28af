"""Who gets which status at access's own addresses: see config/tests/matrix.py for the columns."""

# Sessions and recordings are for agents and the customer's administrators. The cast has no
# contract in force: Connect is refused (403) to those who may ask; its session has a recording but
# no signed documents, so an export is not there (404) for anybody.
# The library is the provider's: its agents read it, those who repair write it.
# visitor maya nora tomas aiko nils auditor wei li baker
_LIBRARY = "302 200 200 200 200 200 200 403 403 403"
_KEPT = "302 200 200 200 200 200 403 403 403 403"
_SCRIPT = {
    "name": "Uptime",
    "purpose": "script",
    "interpreter": "sh",
    "text": "uptime",
    "time_limit": "60",
    "output_limit": "64",
    "rows": "0",
}
_RUN = "302 200 200 200 200 404 200 403 403 403"
_OFFERS = "302 302 302 302 302 404 403 403 403 403"
_ANSWERS = {
    "a-environment": "/srv/reader",
    "a-package": "reader",
    "a-version": "1.0",
    "a-python": "/usr/bin/python3",
}
_STEPS = {"name": "Reader", "kind": "other"}
_OWN = "302 403 403 {0} 403 404 403 403 404 404"  # only who began a recipe goes on with it
_FIRST = {"address": {"number": 1}}
_GOVERNS = "302 403 403 403 403 403 403 {0} 403 {0}"
_ROUND = {"address": {"round_id": "01900000-0000-7000-8000-000000000009"}}
ROWS: tuple[tuple[object, ...], ...] = (
    ("access:sessions", "GET", "302 200 200 200 200 200 200 200 200 200"),
    (
        "access:session",
        "GET",
        "302 200 200 200 200 404 200 200 404 404",
        {"address": {"session_id": "$live_session"}},
    ),
    ("access:session", "GET", "302 302 302 302 302 404 302 302 404 404"),
    (
        "access:ticket",
        "POST",
        "302 200 200 200 200 404 200 200 404 404",
        {"address": {"session_id": "$live_session"}, "json": {"key": "$browser_key"}},
    ),
    (
        "access:scan",
        "POST",
        "302 403 403 403 403 404 403 403 404 404",
        {"address": {"session_id": "$live_session"}},
    ),
    (
        "access:end",
        "POST",
        "302 200 403 200 403 404 403 200 404 404",
        {"address": {"session_id": "$live_session"}, "json": {}},
    ),
    ("access:call_off", "POST", "302 302 302 302 302 404 302 302 404 404"),
    (
        "access:offer_session",
        "POST",
        "302 403 403 403 403 404 403 403 404 404",
        {
            "address": {"session_id": "$live_session"},
            "json": {"to": "01900000-0000-7000-8000-000000000001", "body": "", "signature": ""},
        },
    ),
    (
        "access:withdraw_offer",
        "POST",
        "302 403 403 403 403 404 403 403 404 404",
        {"address": {"session_id": "$live_session"}, "json": {}},
    ),
    (
        "access:take_over",
        "POST",
        "302 403 403 403 403 404 403 403 404 404",
        {"address": {"session_id": "$live_session"}, "json": {"session_key": "$browser_key"}},
    ),
    (
        "access:connect",
        "POST",
        "302 403 403 403 403 404 403 403 403 404",
        {"json": {"session_key": "k"}},
    ),
    (
        "access:tunnel",
        "GET",
        "302 200 403 200 200 404 403 403 403 404",
        {"target": "10.0.0.7:80", "key": "$browser_key"},
    ),
    (
        "access:tunnel",
        "POST",
        "302 403 403 403 403 404 403 403 403 404",
        {"target": "10.0.0.7:80", "key": "$browser_key"},
    ),
    ("access:targets", "GET", "302 200 403 200 200 404 403 403 403 404"),
    ("access:opening", "GET", "302 200 200 200 200 200 200 200 200 200"),
    (
        "access:open_page",
        "POST",
        "302 403 403 403 403 404 403 403 404 404",
        {"address": {"session_id": "$live_session"}, "json": {}},
    ),
    ("access:contract", "GET", "302 200 200 200 200 404 200 200 403 404"),
    ("access:replay", "GET", "302 200 200 200 200 404 200 200 404 404"),
    ("access:asciicast", "GET", "302 200 200 200 200 404 200 200 404 404"),
    ("access:commands", "GET", "302 200 200 200 200 404 200 200 404 404"),
    ("access:export", "GET", "302 404 404 404 404 404 404 404 404 404"),
    ("access:scripts", "GET", _LIBRARY),
    ("access:new_script", "GET", _KEPT),
    ("access:new_script", "POST", "302 302 302 302 302 302 403 403 403 403", _SCRIPT),
    ("access:script", "GET", _LIBRARY),
    ("access:edit_script", "GET", _KEPT),
    (
        "access:edit_script",
        "POST",
        "302 302 302 302 302 302 403 403 403 403",
        {**_SCRIPT, "based_on": "1"},
    ),
    ("access:version", "GET", _LIBRARY, _FIRST),
    ("access:script_text", "GET", _LIBRARY, _FIRST),
    ("access:retire_script", "POST", "302 302 302 302 302 302 403 403 403 403"),
    ("access:restore_script", "POST", "302 302 302 302 302 302 403 403 403 403"),
    ("access:choose_script", "GET", _RUN),
    ("access:run_script", "GET", _RUN),
    ("access:run_script", "POST", "302 403 403 403 403 404 403 403 403 403"),
    ("access:offer_script", "POST", _OFFERS, _FIRST),
    ("access:withdraw_script", "POST", _OFFERS, _FIRST),
    ("access:run", "GET", "302 200 200 200 200 404 200 200 404 404"),
    ("access:recipes", "GET", _LIBRARY),
    ("access:new_recipe", "GET", _KEPT),
    ("access:new_recipe", "POST", "302 400 400 400 400 400 403 403 403 403", _STEPS),
    (
        "access:ready_recipe",
        "POST",
        "302 302 302 302 302 302 403 403 403 403",
        {"address": {"kind": "deb"}},
    ),
    ("access:recipe", "GET", _LIBRARY),
    ("access:recipe_version", "GET", _LIBRARY, _FIRST),
    ("access:renew_recipe", "POST", "302 302 302 302 302 302 403 403 403 403", {"based_on": "1"}),
    ("access:retire_recipe", "POST", "302 302 302 302 302 302 403 403 403 403"),
    ("access:restore_recipe", "POST", "302 302 302 302 302 302 403 403 403 403"),
    ("access:run_recipe", "GET", _RUN),
    ("access:run_recipe", "POST", "302 403 403 403 403 404 403 403 403 403", _ANSWERS),
    ("access:recipe_run", "GET", "302 200 200 200 200 404 200 200 404 404"),
    ("access:recipe_next", "POST", _OWN.format(409), {"session_key": "k"}),
    ("access:leave_recipe", "POST", _OWN.format(302)),
    ("access:locks", "GET", _LIBRARY),
    (
        "access:locks",
        "POST",
        "302 400 400 403 403 403 403 403 403 403",
        {"what": "everything", "reason": ""},
    ),
    ("access:lift_lock", "POST", "302 302 302 403 403 403 403 403 403 403"),
    ("access_portal:contract", "GET", "302 403 403 403 403 403 403 200 403 200"),
    ("access_portal:revoke", "POST", "302 403 403 403 403 403 403 404 403 404"),
    ("access_portal:allow_again", "POST", "302 403 403 403 403 403 403 302 403 302"),
    ("access_portal:publish", "GET", "302 403 403 403 403 403 403 200 403 200"),
    ("access_portal:publish", "POST", "302 403 403 403 403 403 403 400 403 400"),
    ("access_portal:draft", "GET", _GOVERNS.format(200)),
    ("access_portal:begin_draft", "GET", _GOVERNS.format(200)),
    ("access_portal:begin_draft", "POST", _GOVERNS.format(302), {"source": "kiosk"}),
    ("access_portal:terms", "GET", _GOVERNS.format(404)),
    ("access_portal:discard_draft", "POST", _GOVERNS.format(404)),
    ("access_portal:draft_form", "GET", _GOVERNS.format(404)),
    ("access_portal:prepare_contract", "POST", _GOVERNS.format(404)),
    ("access_portal:clause", "GET", _GOVERNS.format(404), _FIRST),
    ("access_portal:preview_clause", "POST", _GOVERNS.format(404), _FIRST),
    ("access_portal:remove_clause", "POST", _GOVERNS.format(404), _FIRST),
    ("access_portal:copy_clause", "POST", _GOVERNS.format(404), _FIRST),
    ("access_portal:signing", "GET", _GOVERNS.format(404), _ROUND),
    ("access_portal:signing_document", "GET", _GOVERNS.format(404), _ROUND),
    ("access_portal:signing_bytes", "GET", _GOVERNS.format(404), _ROUND),
    ("access_portal:add_signature", "POST", _GOVERNS.format(404), _ROUND),
    ("access_portal:withdraw_round", "POST", _GOVERNS.format(404), _ROUND),
    ("access_portal:scripts", "GET", "302 403 403 403 403 403 403 200 403 200"),
    ("access_portal:script", "GET", "302 403 403 403 403 403 403 200 403 404", _FIRST),
    ("access_portal:script_text", "GET", "302 403 403 403 403 403 403 200 403 404", _FIRST),
    ("access_portal:sessions", "GET", "302 403 403 403 403 403 403 200 403 200"),
    ("access_front:redeem", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
    ("access_front:incidents", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
    ("access_front:events", "POST", "403 403 403 403 403 403 403 403 403 403", {"json": {}}),
)
