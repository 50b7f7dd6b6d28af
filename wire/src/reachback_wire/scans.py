"""What a contract demands of a file before a device keeps it: a scanner's signed word. Pure."""

from dataclasses import dataclass
from typing import Final

from reachback_wire.documents import Contract, Envelope
from reachback_wire.documents.scan import Scan
from reachback_wire.refusals import Code, Refusal
from reachback_wire.requests import TOLERANCE_MS, span

LONGEST_MS: Final = 86_400_000
"""How long a scan may hold at most: tomorrow's signatures may know what today's do not."""
NAMES: Final = {"clamav": "ClamAV"}


@dataclass(frozen=True, slots=True)
class ScanDemand:
    """A clause's demand: which scanner, whose keys sign for it, for which device."""

    scanner: str
    keys: frozenset[str]
    organisation: str
    device: str


def demanded(contract: Contract | None, clause: int, device: str) -> ScanDemand | None:
    """Return what the clause demands of every `put` under it; None where it demands nothing.

    A clause that demands a scanner once demands it for all of its `files.write`: the careful
    reading. `device` is the device's key.
    """
    for each in contract.clauses if contract else ():
        for item in each.capabilities if each.number == clause else ():
            if item.scanner and contract is not None:
                keys = contract.grant_keys
                return ScanDemand(item.scanner, keys, contract.organisation, device)
    return None


def check_scan(
    demand: ScanDemand, given: object, *, sha256: str, size: int, now: int
) -> tuple[Scan, str]:
    """Return the scan that satisfies the demand, and its digest; `sha256` is hex, `now` in ms.

    Raises Refusal: `scan-missing`, `malformed`, `unknown-member`, `bad-signature`, `unknown-key`,
    `scan-other` (of another content, device or customer), `scan-infected`, `scan-expired`.
    """
    name = NAMES[demand.scanner]
    if given is None:
        _refuse(
            "scan-missing",
            f"The contract lets no file onto this device that {name} has not looked at.",
        )
    envelope = Envelope.from_json(given)
    scan = Scan.parse(envelope.body)
    envelope.signers(Scan.TYPE, demand.keys)
    if scan.scanner != demand.scanner:
        _refuse("scan-other", f"The contract asks for {name}, and another scanner looked.")
    if (scan.organisation, scan.device) != (demand.organisation, demand.device):
        _refuse("scan-other", "The scan was made for another device.")
    if (scan.sha256, scan.size) != (f"sha256:{sha256}", size):
        _refuse("scan-other", "The scan is of another content.")
    if scan.verdict != "clean":
        _refuse("scan-infected", f"{name} found {scan.found[:100]} in this file.")
    _check_age(scan, now)
    return scan, envelope.digest


def _check_age(scan: Scan, now: int) -> None:
    if scan.scanned > now + TOLERANCE_MS:
        ahead = span(scan.scanned - now)
        _refuse("scan-expired", f"The scan says it will be made in {ahead}: a clock is wrong.")
    end = min(scan.expires, scan.scanned + LONGEST_MS)
    if now >= end:
        _refuse("scan-expired", f"The scan is {span(now - scan.scanned)} old: scan it again.")


def _refuse(code: Code, sentence: str) -> None:
    raise Refusal(code, sentence)
