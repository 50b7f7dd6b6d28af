"""Approvals: which of those a grant carries count for a clause, for whom and until when.

An approval is a signed yes to the digest of one exact request. It counts while the newest keyset
gives its key the role `approve`; keys that the keyset gives one name are one person's.
"""

from collections.abc import Sequence
from typing import Final

from reachback_wire import canonical
from reachback_wire.documents import (
    Approval,
    ApprovalRequest,
    ApprovalRule,
    CarriedApproval,
    Contract,
    Grant,
    Keyset,
)
from reachback_wire.refusals import Refusal
from reachback_wire.requests import TOLERANCE_MS, Approved, Moments, Request

ROLE: Final = "approve"
_SHELLS: Final = frozenset({"shell", "attach"})


def approvers(rule: ApprovalRule, keyset: Keyset) -> frozenset[str]:
    """Give the keys that may approve under a clause now: named by it, and by the newest keyset."""
    living = keyset.with_role(ROLE)
    return living & set(rule.keys) if rule.keys else living


def check(grant: Grant, contract: Contract, keyset: Keyset) -> tuple[Approved, ...]:
    """Check each approval a grant carries; a broken one refuses the whole grant (Refusal)."""
    rules = [item.approval for item in contract.clauses if item.approval]
    keys = frozenset[str]().union(*(approvers(rule, keyset) for rule in rules))
    return tuple(approved(item, keys, keyset) for item in grant.approvals)


def approved(carried: CarriedApproval, keys: frozenset[str], keyset: Keyset) -> Approved:
    """Check one approval: its digest is the request's, and one of `keys` signed it. Refusal."""
    request = ApprovalRequest.parse(carried.request)
    found = Approval.parse(carried.approval.body)
    if found.request != canonical.digest(carried.request):
        raise Refusal("approval-missing", "An approval says yes to another request.")
    signer = min(carried.approval.signers(Approval.TYPE, keys))
    names = {item.key: item.name for item in keyset.keys}
    return Approved(signer, request, found.issued, found.expires, names.get(signer, signer))


def fitting(grant: Grant, request: Request, rule: ApprovalRule) -> list[Approved]:
    """Give the approvals of this very request; who signed the wish never approves it."""
    own = {grant.session_key, grant.technician.key, *request.signers}
    return [
        item
        for item in request.approvals
        if (not rule.keys or item.key in rule.keys)
        and item.key not in own
        and _is_of(item.request, grant, request)
    ]


def subject(parameter: str, script_user: str = "") -> str:
    """What an approval names of a request: its parameter, and of a script whom it runs as, too.

    A yes to a script as one user is no yes to the same text as another, who may be root.
    """
    return f"{parameter} as {script_user}" if script_user else parameter


def _is_of(asked: ApprovalRequest, grant: Grant, request: Request) -> bool:
    names = {request.capability} | ({"shell.admin"} if request.kind in _SHELLS else set())
    return (
        (asked.device, asked.session) == (grant.device, grant.session)
        and not names.isdisjoint(asked.capabilities)
        and asked.parameter == subject(request.parameter, request.script_user)
        and asked.technician == grant.technician.name
        and asked.case == (grant.case.reference if grant.case else "")
    )


def current(found: Sequence[Approved], rule: ApprovalRule, moments: Moments) -> list[Approved]:
    """Give those that still hold, and whose time to act has begun and is not over."""
    return [
        item
        for item in found
        if moments.before(_answer_end(item, rule))
        and moments.since(item.issued - TOLERANCE_MS)
        and moments.since(item.request.start)
        and moments.before(item.request.until)
    ]


def people(found: Sequence[Approved]) -> int:
    """How many people said yes to one and the same request."""
    return max((len(_of(found, request)) for request in _requests(found)), default=0)


def execution_end(found: Sequence[Approved], rule: ApprovalRule) -> int:
    """Give the instant (ms) at which what was approved has to be over."""
    enough = [item for item in _requests(found) if len(_of(found, item)) >= rule.needed]
    return max(item.until for item in enough)


def _requests(found: Sequence[Approved]) -> set[ApprovalRequest]:
    return {item.request for item in found}


def _of(found: Sequence[Approved], request: ApprovalRequest) -> set[str]:
    return {item.person for item in found if item.request == request}


def _answer_end(item: Approved, rule: ApprovalRule) -> int:
    return min(item.expires, item.issued + rule.expires_minutes * 60_000)
