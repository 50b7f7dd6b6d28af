"""`contact`: be in contact at stated times only, or show when."""

from __future__ import annotations

import argparse

from reachback_connector import contact
from reachback_connector.commands.output import say
from reachback_connector.contact import Plan
from reachback_connector.errors import UsageError
from reachback_connector.layout import Layout


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    wishes = [bool(options.every), bool(options.at), options.always]
    if sum(wishes) > 1:
        raise UsageError("contact", "Give one of --every, --at and --always.")
    if (options.zone and not options.at) or (options.stay and not any(wishes[:2])):
        raise UsageError("contact", "--zone goes with --at, --for with --every or --at.")
    if not any(wishes):
        say([_sentence(contact.load(layout))])
        return 0
    plan = None if options.always else contact.read(_asked(options))
    layout.make()
    contact.store(layout, plan)
    say([_sentence(plan), "Restart the connector: systemctl restart reachback-connector"])
    return 0


def _asked(options: argparse.Namespace) -> dict[str, object]:
    asked: dict[str, object] = {}
    if options.every:
        asked["every"] = contact.seconds_in(options.every)
    if options.at:
        asked |= {"at": options.at, "zone": options.zone or "UTC"}
    if options.stay:
        asked["for"] = contact.seconds_in(options.stay)
    return asked


def _sentence(plan: Plan | None) -> str:
    if plan is None:
        return "This device holds its link all the time."
    return f"This device is in contact {plan.in_words()}."
