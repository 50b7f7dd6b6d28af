"""Which boot each device runs on, and whether it said that it is going down (link.md)."""

import json

from reachback_gateway.ports import Json
from reachback_wire.units import CtrlUnit

REPORT = 33
_SENTENCE = "The device was restarted; what ran there ended with it."
_LOST = "The device no longer has this channel."


class Restarts:
    """Boot ids by device, as its HELLO told them. A new one says that the device was restarted."""

    def __init__(self) -> None:
        self._boots: dict[str, str] = {}
        self._going: set[str] = set()

    def arrived(self, device: str, boot: str) -> None:
        """A device said HELLO."""
        self._boots[device] = boot[:80]
        self._going.discard(device)

    def boot(self, device: str) -> str:
        """Give the boot id of the newest HELLO, "" while none is known."""
        return self._boots.get(device, "")

    def state(self, device: str, *, linked: bool) -> str:
        """Say NOTICE's word for the device's leg."""
        if device in self._going:
            return "rebooting"
        return "back" if linked else "lost"

    def says_so(self, device: str, unit: CtrlUnit) -> bool:
        """Note a report `rebooting` of the boot that runs; whether the unit is one."""
        if unit.kind != REPORT or b"rebooting" not in unit.body:
            return False
        body = json.loads(unit.body)
        # A report that was kept over the restart tells of what is over.
        if body.get("kind") != "rebooting" or body.get("boot") != self.boot(device):
            return False
        self._going.add(device)
        return True

    def closing(self, device: str, meta: Json) -> tuple[str, str]:
        """Give code and sentence for a channel the device no longer has."""
        if meta.get("boot", "") not in ("", self.boot(device)):
            return "rebooted", _SENTENCE
        return "channel-lost", _LOST
