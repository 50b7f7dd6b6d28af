"""`status`: what this device is, and who may do what on it."""

from __future__ import annotations

import argparse
from typing import Any

from reachback_connector import contact, lines, settings
from reachback_connector.commands.output import say, say_json
from reachback_connector.layout import Layout


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    state = status(layout)
    if options.json:
        say_json(state)
    else:
        say(in_words(state))
    return 0


def status(layout: Layout) -> dict[str, Any]:
    """The helper's own view, with the address from the settings."""
    found = settings.load(layout)
    answer = lines.ask(layout.helper_socket, {"do": "status"})
    plan = contact.load(layout)
    said = plan.in_words() if plan else ""
    return {"server": found.url, "device": found.device, "contact": said, **answer}


def in_words(state: dict[str, Any]) -> list[str]:
    """The status as a person reads it."""
    said = [
        f"This device is {state['name'] or 'enrolled'}, linked to {state['server']}.",
        f"Its key is {state['fingerprint']}.",
    ]
    if state["contact"]:
        said.append(f"It is in contact on demand: {state['contact']}.")
    if not state["pinned"]:
        said.append("The customer has not vouched for it yet: health only.")
    said.append(f"Contract: {state['contract'] or 'none'}.")
    if state["revoked"]:
        said.append("ACCESS IS REVOKED at this device; lift it with: revoke --lift")
    said += [f"Narrowed by the {author}." for author in state["narrowings"]]
    if state["hold"] != "none":
        said.append("The server holds this device to health: a clone or stolen key is suspected.")
    count = len(state["sessions"])
    said.append(f"Open sessions: {count or 'none'}." + "".join(f" {k}" for k in state["sessions"]))
    said.append(f"Receipts signed so far: {state['receipts']}.")
    return said
