"""What cases listen to and what they offer, connected once when the program starts."""

from reachback.cases import notices
from reachback.cases.facts import CaseAnswered, CustomerWrote
from reachback.cases.operations import open_from_alert, recover_from_alert
from reachback.cases.web import offers
from reachback.delivery import slots
from reachback.devices.facts import AlertRaised, AlertRecovered
from reachback.kernel import facts


def connect() -> None:
    """Subscribe to the facts of devices and offer links, commands and panels."""
    facts.subscribe(AlertRaised, name="cases.open_from_alert", handler=open_from_alert)
    facts.subscribe(AlertRecovered, name="cases.recover_from_alert", handler=recover_from_alert)
    facts.subscribe(CaseAnswered, name="cases.tell_requester", handler=notices.tell_requester)
    facts.subscribe(CustomerWrote, name="cases.tell_assignee", handler=notices.tell_assignee)
    slots.message_kinds.register(notices.kinds)
    offers.offer()
