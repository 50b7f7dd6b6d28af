"""The writes of cases, one module each: keyword-only, one transaction, one audit row."""

from reachback.cases.operations.add_entry import NewEntry, add_entry
from reachback.cases.operations.assign import assign
from reachback.cases.operations.close import close
from reachback.cases.operations.dispatch import dispatch
from reachback.cases.operations.open_case import NewCase, Opened, open_case
from reachback.cases.operations.open_from_alert import open_from_alert
from reachback.cases.operations.propose_resolution import propose_resolution
from reachback.cases.operations.recover_from_alert import recover_from_alert
from reachback.cases.operations.reopen import reopen
from reachback.cases.operations.resolve import NewResolution, resolve
from reachback.cases.operations.save_draft import save_draft
from reachback.cases.operations.set_live_session import set_live_session
from reachback.cases.operations.set_priority import set_priority
from reachback.cases.operations.set_waiting import set_waiting
from reachback.cases.operations.undo import undo

__all__ = [
    "NewCase",
    "NewEntry",
    "NewResolution",
    "Opened",
    "add_entry",
    "assign",
    "close",
    "dispatch",
    "open_case",
    "open_from_alert",
    "propose_resolution",
    "recover_from_alert",
    "reopen",
    "resolve",
    "save_draft",
    "set_live_session",
    "set_priority",
    "set_waiting",
    "undo",
]
