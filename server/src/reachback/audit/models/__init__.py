"""The log's tables. No code updates or deletes rows of the log; see migrations for the wall."""

from reachback.audit.models.head import AuditHead
from reachback.audit.models.leaf import AuditLeaf
from reachback.audit.models.lease import SequencerLease
from reachback.audit.models.listing import AuditListing
from reachback.audit.models.row import AuditRow
from reachback.audit.models.subtree import AuditSubtree
from reachback.audit.models.unsequenced import Unsequenced

__all__ = [
    "AuditHead",
    "AuditLeaf",
    "AuditListing",
    "AuditRow",
    "AuditSubtree",
    "SequencerLease",
    "Unsequenced",
]
