"""STATE/checks.json: what is to be looked at, how often, and what counts as well.

`{"every": 60, "checks": [{"name", "kind", "every", …}]}` with kinds
`http` {url, status, text} · `file-digest` {path, sha256 or "last-good"} · `process` {contains} ·
`tcp` {host, port} · `disk` {path, free_percent}. Written by the device's administrator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachback_connector.errors import UsageError
from reachback_connector.layout import Layout

KINDS: Final = {"http", "file-digest", "process", "tcp", "disk"}
_NEEDS: Final = {
    "http": ("url",),
    "file-digest": ("path",),
    "process": ("contains",),
    "tcp": ("host", "port"),
    "disk": ("path",),
}
_LEAST_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at every `every` seconds; `facts` are the members of its kind.

    `watch` names files and processes whose changes explain a failure of this check.
    """

    name: str
    kind: str
    every: float
    facts: Mapping[str, Any]
    watch: tuple[Mapping[str, Any], ...] = ()

    @property
    def target(self) -> str:
        names = {"tcp": ("host", "port")}.get(self.kind, _NEEDS[self.kind])
        return ":".join(str(self.facts[name]) for name in names)[:200]


def load(layout: Layout) -> list[Check]:
    """The device's checks; none when there is no file. UsageError names the mistake."""
    try:
        value = json.loads(layout.checks.read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UsageError("checks", f"{layout.checks} cannot be read: {error}.") from error
    if not isinstance(value, dict) or not isinstance(value.get("checks"), list):
        raise UsageError("checks", f"{layout.checks} holds no list of checks.")
    checks = [_check(item, value.get("every", 60)) for item in value["checks"]]
    if len({check.name for check in checks}) != len(checks):
        raise UsageError("checks", "Two checks have the same name.")
    return checks


def _check(item: object, every: object) -> Check:
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        raise UsageError("checks", f"A check's kind is one of {', '.join(sorted(KINDS))}.")
    kind, name = str(item["kind"]), str(item.get("name") or item["kind"])[:80]
    missing = [needed for needed in _NEEDS[kind] if needed not in item]
    if missing:
        raise UsageError("checks", f"The check {name} lacks {', '.join(missing)}.")
    seconds = item.get("every", every)
    if not isinstance(seconds, int | float) or seconds < _LEAST_SECONDS:
        raise UsageError("checks", f"The check {name} must wait at least 1 s between looks.")
    watch = tuple(entry for entry in item.get("watch", ()) if isinstance(entry, dict))
    return Check(name, kind, float(seconds), item, watch[:8])
