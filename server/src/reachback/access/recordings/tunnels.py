"""A tunnel in words: connections and bytes, from what the device testified of each."""

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.access.recordings import words
from reachback.access.recordings.folder import ChannelFiles
from reachback.access.verifier import segments, units
from reachback.access.verifier.failures import Failure
from reachback.access.verifier.segments import varint
from reachback.access.verifier.testimony import EXIT
from reachback.devices import hostile

_TESTIMONY_HEAD = 24  # time 8, salt 16
_MOST = 2**53


def accounts(channels: Sequence[ChannelFiles]) -> dict[str, dict[str, Any]]:
    """What the device said of each connection when it ended, by the channel's key."""
    return {files.key: _account(files) for files in channels}


def _account(files: ChannelFiles) -> dict[str, Any]:
    """How it ended, and bytes and SHA-256 of each direction; {} when the recording has no end."""
    found: dict[str, Any] = {}
    try:
        for unit in units.in_order(list(files.opened)):
            if unit.kind == segments.CTRL:
                kind, place = varint(unit.body, 0)
                if kind == EXIT:
                    found = _read(unit.body[place + _TESTIMONY_HEAD :])
    except (Failure, IndexError):
        return found  # the verdict says what is wrong
    return found


def _read(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    return {
        "how": hostile.text(str(value.get("how", "")), 40),
        "to_target": _way(value.get("to_target")),
        "from_target": _way(value.get("from_target")),
    }


def _way(value: object) -> dict[str, Any]:
    told = value if isinstance(value, dict) else {}
    return {
        "bytes": hostile.whole_number(told.get("bytes"), 0, _MOST, 0),
        "sha256": hostile.text(str(told.get("sha256", "")), 80),
    }


def sentences(about: words.Session, target: str, told: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return what was done through the tunnel, one sentence each."""
    values = {"target": hostile.text(target, 262), **words.named(about)}
    opening = _(
        "%(who)s opened %(target)s through %(device)s at %(clock)s (%(zone)s), clause %(clause)s."
    )
    known = [each for each in told if each]
    if not told:
        return (opening % values, _("No connection was made."))
    numbers = {
        "n": len(told),
        "to": sum(each["to_target"]["bytes"] for each in known),
        "came": sum(each["from_target"]["bytes"] for each in known),
    }
    passed = ngettext(
        "%(n)s connection carried %(to)s bytes there and %(came)s bytes back.",
        "%(n)s connections carried %(to)s bytes there and %(came)s bytes back.",
        len(told),
    )
    length = max(int((about.ended - about.started).total_seconds()), 0)
    lasted = _("It lasted %(span)s.") % {"span": words.span(length)}
    return (opening % values, passed % numbers, lasted)
