"""What the contract demands of a file's content before it may come here: a scanner's word."""

from __future__ import annotations

from typing import Any

from reachback_connector.files.paths import FileRefused
from reachback_wire.refusals import Refusal
from reachback_wire.scans import ScanDemand, check_scan


def check(demand: ScanDemand | None, request: dict[str, Any], now: int) -> dict[str, Any]:
    """Return what is testified of the scan (nothing when none is demanded). FileRefused, denied.

    It is judged when a `put` begins; that the content is the one scanned is judged when it ends,
    because its SHA-256 must be the one announced here. `now` is ms since 1970.
    """
    if demand is None:
        return {}
    sha256, size = request.get("sha256"), request.get("size")
    if not isinstance(sha256, str) or not isinstance(size, int):
        raise FileRefused("malformed", "A put names the content's size and SHA-256 beforehand.")
    try:
        scan, digest = check_scan(demand, request.get("scan"), sha256=sha256, size=size, now=now)
    except Refusal as refusal:
        raise FileRefused(refusal.code, refusal.sentence, denied=True) from refusal
    told = {
        "document": digest,
        "engine": scan.engine,
        "database": scan.database,
        "verdict": scan.verdict,
        "scanned": scan.scanned,
    }
    return {"scan": told}
