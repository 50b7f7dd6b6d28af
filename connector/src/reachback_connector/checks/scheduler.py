"""When to look, what to tell: results go out when something changed, and as a heartbeat."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from reachback_connector import __version__, durable, platform
from reachback_connector.checks import plan
from reachback_connector.checks.changes import Snapshot, clean, compare, take
from reachback_connector.checks.looks import Finding, look
from reachback_connector.checks.plan import Check
from reachback_connector.contact import Plan
from reachback_connector.control.outbox import Outbox
from reachback_connector.errors import ConnectorError, StateError
from reachback_connector.layout import Layout

RESULT, INVENTORY = 40, 41
HEARTBEAT: Final = 900.0
_log = logging.getLogger("reachback.checks")


class Contact(Protocol):
    """Whether the device rests between two contacts, and how a contact is called for."""

    away: bool

    @property
    def plan(self) -> Plan | None: ...

    def call(self) -> None: ...


class Scheduler:
    """Runs the device's checks; their memory is STATE/control/checks.json."""

    def __init__(
        self, layout: Layout, outbox: Outbox, wake: Callable[[], None], contact: Contact
    ) -> None:
        self._layout = layout
        self._outbox = outbox
        self._wake = wake
        self._contact = contact
        self._newest: dict[str, dict[str, Any]] = {}
        self._platform = platform.current()
        self._path = layout.control / "checks.json"
        self._memory = self._load_memory()
        self._told: dict[str, float] = {}
        self._checks: list[Check] = []

    def _load_memory(self) -> dict[str, Any]:
        try:
            return durable.read_json(self._path) or {}
        except StateError as error:
            _log.warning("%s Starting without what was known.", error.sentence)
            return {}

    async def run(self) -> None:
        """For ever; a mistake in checks.json is logged and told, and ends only the checks."""
        try:
            self._checks = plan.load(self._layout)
        except ConnectorError as error:
            _log.error("%s", error.sentence)
            self._tell("checks.json", Finding(well=False, sentence=error.sentence), [])
            return
        async with asyncio.TaskGroup() as tasks:
            for check in self._checks:
                tasks.create_task(self._repeat(check))

    async def _repeat(self, check: Check) -> None:
        while True:
            await self._look(check)
            await asyncio.sleep(check.every)

    def announce(self) -> None:
        """INVENTORY on each new link: what this device is, and what is looked at."""
        checks = [
            {"name": c.name, "kind": c.kind, "target": c.target, "every": c.every}
            for c in self._checks
        ]
        inventory: dict[str, Any] = {
            "hostname": clean(self._platform.hostname()),
            "system": clean(self._platform.system()),
            "connector": __version__,
            "checks": checks,
        }
        if self._contact.plan is not None:
            inventory["contact"] = self._contact.plan.to_value()
        self._outbox.add(INVENTORY, inventory)
        self._tell_newest()
        self._wake()

    async def _look(self, check: Check) -> None:
        memory = self._memory.setdefault(check.name, {})
        finding = await look(check, self._platform, str(memory.get("good_digest", "")))
        state = "ok" if finding.well else "failed"
        key = [state, finding.sentence if not finding.well else ""]
        now = time.monotonic()
        told = memory.get("told")
        fresh = told != key
        self._newest[check.name] = _result(check.name, finding, [])
        overdue = now - self._told.get(check.name, -HEARTBEAT) >= HEARTBEAT
        if fresh or (overdue and not self._contact.away):
            changed = self._changes(check, memory)
            self._tell(check.name, finding, changed)
            self._told[check.name] = now
            memory["told"] = key
            if not told or told[0] != state:
                self._contact.call()
        if finding.well:
            self._remember_good(check, memory, finding)
        if fresh:
            self._save()

    def _watched(self, check: Check) -> list[dict[str, Any]]:
        """What explains this check's failure: its own subject, what it names, all watched files."""
        own: list[dict[str, Any]] = [dict(entry) for entry in check.watch]
        if check.kind == "process":
            own.append({"process": check.facts["contains"]})
        own += [
            {"path": other.facts["path"]} for other in self._checks if other.kind == "file-digest"
        ]
        unique = {str(entry.get("path") or entry.get("process")): entry for entry in own}
        return list(unique.values())

    def _changes(self, check: Check, memory: dict[str, Any]) -> list[str]:
        good = memory.get("good", {})
        sentences: list[str] = []
        for entry in self._watched(check):
            name = str(entry.get("path") or entry.get("process"))
            if name in good:
                before = Snapshot(**good[name])
                sentences += compare(entry, before, take(entry, self._platform))
        return sentences[:20]

    def _remember_good(self, check: Check, memory: dict[str, Any], finding: Finding) -> None:
        if check.kind == "file-digest":
            memory["good_digest"] = finding.details["sha256"]
        good = {}
        for entry in self._watched(check):
            name = str(entry.get("path") or entry.get("process"))
            good[name] = take(entry, self._platform).to_value()
        if memory.get("good") != good:
            memory["good"] = good
            self._save()

    def _tell(self, name: str, finding: Finding, changed: list[str]) -> None:
        self._newest.pop(name, None)
        self._outbox.add(RESULT, _result(name, finding, changed))
        self._wake()

    def _tell_newest(self) -> None:
        """After a rest: what each check said last, so that people see that it was looked at."""
        if self._contact.plan is not None:
            for result in self._newest.values():
                self._outbox.add(RESULT, result)
            self._newest.clear()

    def _save(self) -> None:
        try:
            durable.replace_json(self._path, self._memory)
        except StateError as error:
            _log.warning("%s", error.sentence)


def _result(name: str, finding: Finding, changed: list[str]) -> dict[str, Any]:
    """RESULT as it goes to the server."""
    return {
        "check": name,
        "state": "ok" if finding.well else "failed",
        "sentence": clean(finding.sentence),
        "at": time.time_ns() // 1_000_000,
        "changed": changed,
        "details": dict(finding.details),
    }
