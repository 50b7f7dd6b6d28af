"""What a device in on-demand mode says of its contact: it is here, or it leaves (link.md)."""

import json
from typing import Final

from reachback_wire.units import CtrlUnit

_REPORT: Final = 33
HERE: Final = "here"
LEAVES: Final = "resting"


def said(unit: CtrlUnit) -> str:
    """Give `here` or `resting` when the unit is such a report, else ""."""
    if unit.kind != _REPORT or b"contact" not in unit.body:
        return ""
    try:
        body = json.loads(unit.body)
    except (ValueError, RecursionError):
        return ""
    told = body if isinstance(body, dict) and body.get("kind") == "contact" else {}
    return str(told.get("state", "")) if told.get("state") in (HERE, LEAVES) else ""
