"""Who gets which status at people's own addresses: see config/tests/matrix.py for the columns."""

_TOMAS = {"person_id": "$tomas_id"}
_PERSON = {"name": "Li", "zone": "Asia/Shanghai", "language": "en", "everywhere": "on"}
# Organisations are the provider's to look at; who directs (maya, nora) changes customers, teams and
# skills; each side's administrators manage their own people, and only they their colleagues' roles.
# visitor maya nora tomas aiko nils auditor wei li baker
_DIRECTS = "302 200 200 403 403 403 403 403 403 403"
_DIRECTED = "302 302 302 403 403 403 403 403 403 403"
_LOOKED_AT = "302 200 200 200 200 200 200 403 403 403"
_PLACE = "302 200 200 403 403 404 403 200 403 404"
_PLACED = "302 302 302 403 403 404 403 302 403 404"
_CONTACT = "302 200 200 200 200 404 403 200 403 404"
_CONTACTED = "302 302 302 302 302 404 403 302 403 404"
_AGENT = "302 302 302 403 403 403 403 404 404 404"
_PORTAL = "302 403 403 403 403 403 403 200 403 200"
ROWS: tuple[tuple[object, ...], ...] = (
    ("people:settings", "GET", "302 200 200 200 200 200 200 200 200 200"),
    ("people:theme", "POST", "302 204 204 204 204 204 204 204 204 204", {"theme": "dark"}),
    ("people:organisations", "GET", _LOOKED_AT),
    ("people:new_organisation", "GET", _DIRECTS),
    (
        "people:new_organisation",
        "POST",
        _DIRECTED,
        {"name": "Ibis", "kind": "customer", "zone": "UTC", "language": "en"},
    ),
    ("people:organisation", "GET", "302 200 200 200 200 404 200 403 403 403"),
    ("people:change_organisation", "GET", "302 200 200 403 403 404 403 403 403 403"),
    ("people:organisation_off", "GET", "302 200 200 403 403 404 403 403 403 403"),
    (
        "people:organisation_off",
        "POST",
        "302 302 302 403 403 404 403 403 403 403",
        {"name": "Lotus Hotels"},
    ),
    ("people:organisation_on", "POST", "302 302 302 403 403 404 403 403 403 403"),
    ("people:new_site", "GET", _PLACE),
    ("people:site", "GET", _PLACE),
    ("people:site_off", "POST", _PLACED),
    ("people:site_on", "POST", _PLACED),
    ("people:new_contact", "GET", _CONTACT),
    ("people:contact", "GET", _CONTACT),
    ("people:contact_off", "POST", _CONTACTED),
    ("people:contact_on", "POST", _CONTACTED),
    ("people:members", "GET", "302 200 200 200 200 404 200 200 403 404"),
    (
        "people:members",
        "POST",
        _PLACED,
        {"name": "New", "email": "new@x.test", "role": "customer-member"},
    ),
    ("people:member", "GET", _PLACE),
    ("people:member", "POST", _PLACED, _PERSON),
    ("people:member", "GET", "302 200 200 403 403 403 403 404 404 404", {"address": _TOMAS}),
    (
        "people:member",  # an agent's roles are for administrators, not for operations managers
        "POST",
        "302 403 302 403 403 403 403 404 404 404",
        {**_PERSON, "address": _TOMAS},
    ),
    ("people:member_teams", "POST", _AGENT, {"address": _TOMAS}),
    (
        "people:member_skill",
        "POST",
        _AGENT,
        {"skill": "Mandarin", "level": "3", "address": _TOMAS},
    ),
    ("people:skill_drop", "POST", _AGENT, {"address": _TOMAS}),
    ("people:skill_return", "POST", _AGENT, {"address": {**_TOMAS, "level": 3}}),
    ("people:member_invitation", "POST", _PLACED),
    ("people:member_off", "POST", _PLACED),
    ("people:member_on", "POST", _PLACED),
    ("people:teams", "GET", _LOOKED_AT),
    ("people:new_team", "GET", _DIRECTS),
    ("people:team", "GET", _LOOKED_AT),
    ("people:team", "POST", _DIRECTED, {"name": "Remote", "about": ""}),
    ("people:team_add", "POST", _DIRECTED, {"person": "$tomas_id"}),
    ("people:team_remove", "POST", _DIRECTED, {"address": _TOMAS}),
    ("people:team_rejoin", "POST", _DIRECTED, {"address": _TOMAS}),
    ("people:team_off", "POST", _DIRECTED),
    ("people:team_on", "POST", _DIRECTED),
    ("people:skills", "GET", _LOOKED_AT),
    ("people:skills", "POST", _DIRECTED, {"name": "Networks"}),
    ("people:skill", "GET", _DIRECTS),
    ("people:skill_off", "POST", _DIRECTED),
    ("people:skill_on", "POST", _DIRECTED),
    ("people_portal:people", "GET", _PORTAL),
    ("people_portal:new_person", "GET", _PORTAL),
    (
        "people_portal:new_person",
        "POST",
        "302 403 403 403 403 403 403 302 403 302",
        {"name": "New", "email": "new@x.test", "role": "customer-member"},
    ),
)
