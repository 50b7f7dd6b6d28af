"""What may be done in access, one write operation per module."""

from reachback.access.operations.change_script import change_script
from reachback.access.operations.connect import Connected, ConnectRequest, connect
from reachback.access.operations.create_script import create_script
from reachback.access.operations.end_session import end_session
from reachback.access.operations.issue_ticket import issue_ticket
from reachback.access.operations.keep_draft import begin_draft, change_draft, discard_draft
from reachback.access.operations.keep_recipe import (
    add_ready_recipe,
    create_recipe,
    renew_recipe,
    retire_recipe,
)
from reachback.access.operations.keep_verdict import keep_verdict
from reachback.access.operations.leave_recipe import leave_recipe
from reachback.access.operations.lift_revocation import lift_revocation
from reachback.access.operations.note_search import note_search
from reachback.access.operations.offer_script import offer_script
from reachback.access.operations.offer_session import offer_session, withdraw_offer
from reachback.access.operations.open_page import PageAddress, open_page
from reachback.access.operations.place_lock import lift_lock, place_lock
from reachback.access.operations.publish_contract import publish_contract
from reachback.access.operations.publish_keyset import publish_keyset
from reachback.access.operations.publish_narrowing import publish_narrowing
from reachback.access.operations.publish_statement import publish_statement
from reachback.access.operations.record_events import record_events
from reachback.access.operations.record_incidents import record_incidents
from reachback.access.operations.redeem import redeem
from reachback.access.operations.retire_script import retire_script
from reachback.access.operations.revoke import revoke
from reachback.access.operations.run_recipe import RecipeRequest, begin_recipe, next_step
from reachback.access.operations.run_script import RunRequest, run_script
from reachback.access.operations.scan_file import ScanRequest, scan_file
from reachback.access.operations.sign_document import (
    add_signature,
    prepare_contract,
    withdraw_round,
)
from reachback.access.operations.take_over import TakingOver, take_over
from reachback.access.operations.view_recording import view_recording

__all__ = [
    "ConnectRequest",
    "Connected",
    "PageAddress",
    "RecipeRequest",
    "RunRequest",
    "ScanRequest",
    "TakingOver",
    "add_ready_recipe",
    "add_signature",
    "begin_draft",
    "begin_recipe",
    "change_draft",
    "change_script",
    "connect",
    "create_recipe",
    "create_script",
    "discard_draft",
    "end_session",
    "issue_ticket",
    "keep_verdict",
    "leave_recipe",
    "lift_lock",
    "lift_revocation",
    "next_step",
    "note_search",
    "offer_script",
    "offer_session",
    "open_page",
    "place_lock",
    "prepare_contract",
    "publish_contract",
    "publish_keyset",
    "publish_narrowing",
    "publish_statement",
    "record_events",
    "record_incidents",
    "redeem",
    "renew_recipe",
    "retire_recipe",
    "retire_script",
    "revoke",
    "run_script",
    "scan_file",
    "take_over",
    "view_recording",
    "withdraw_offer",
    "withdraw_round",
]
