"""Who gets which status at delivery's own addresses: see config/tests/matrix.py for the columns."""

_EVERYBODY = "302 200 200 200 200 200 200 200 200 200"
_DONE = "302 302 302 302 302 302 302 302 302 302"
_BROWSER = {"endpoint": "https://push.example.com/1", "p256dh": "k", "auth": "a"}
# Agents look at what was sent to people they may see; managers send again; notifications are one's
# own, so every address below people/me/ is about whoever asks.
# visitor maya nora tomas aiko nils auditor wei li baker
ROWS: tuple[tuple[object, ...], ...] = (
    ("delivery:worker", "GET", "200 200 200 200 200 200 200 200 200 200"),
    ("delivery:deliveries", "GET", "302 200 200 200 200 200 200 403 403 403"),
    ("delivery:try_again", "POST", "302 302 302 403 403 404 403 403 403 403"),
    ("delivery:preferences", "GET", _EVERYBODY),
    ("delivery:preferences", "POST", _DONE),
    ("delivery:subscribe", "POST", _EVERYBODY, _BROWSER),
    ("delivery:unsubscribe", "POST", _DONE),
    ("delivery:send_test", "POST", _DONE),
)
