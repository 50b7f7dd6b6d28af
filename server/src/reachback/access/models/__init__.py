"""The nouns of access, one file each."""

from reachback.access.models.approval import ApprovalAnswer, ApprovalRequest
from reachback.access.models.approver import Approver, ApproverKey
from reachback.access.models.command_row import CommandRow
from reachback.access.models.contract import ContractDocument
from reachback.access.models.draft import ContractDraft
from reachback.access.models.grant import Grant
from reachback.access.models.handover import Handover
from reachback.access.models.incident import AcceptedIncident
from reachback.access.models.keyset import CustomerKeyset
from reachback.access.models.lock import Lock
from reachback.access.models.narrowing import Narrowing
from reachback.access.models.nonce import SpentNonce
from reachback.access.models.recipe import Recipe, RecipeVersion
from reachback.access.models.recipe_run import RecipeRun
from reachback.access.models.recording import Recording, Verdict
from reachback.access.models.reminder import ExpiryReminder
from reachback.access.models.script import Script, ScriptVersion
from reachback.access.models.script_offer import ScriptOffer
from reachback.access.models.script_run import ScriptRun
from reachback.access.models.session import AccessSession, SessionChannel, SessionEvent
from reachback.access.models.signing_round import SigningRound
from reachback.access.models.ticket import LinkTicket

__all__ = [
    "AcceptedIncident",
    "AccessSession",
    "ApprovalAnswer",
    "ApprovalRequest",
    "Approver",
    "ApproverKey",
    "CommandRow",
    "ContractDocument",
    "ContractDraft",
    "CustomerKeyset",
    "ExpiryReminder",
    "Grant",
    "Handover",
    "LinkTicket",
    "Lock",
    "Narrowing",
    "Recipe",
    "RecipeRun",
    "RecipeVersion",
    "Recording",
    "Script",
    "ScriptOffer",
    "ScriptRun",
    "ScriptVersion",
    "SessionChannel",
    "SessionEvent",
    "SigningRound",
    "SpentNonce",
    "Verdict",
]
